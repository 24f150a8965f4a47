"""`postern pppd`: become the program that starts pppd for routes into the LAN."""

import argparse
import os
import sys

from gateway.user.cli.check import CONFIG
from gateway.user.cli.run import environment
from gateway.user.client import DaemonError

ABOUT = "start pppd for calls of routes into the LAN, until it is told to stop"
EXAMPLE = (
    "example: sudo postern pppd --config ./postern.toml\n\n"
    'It runs beside `postern run`, as root, where a route has kind = "local". Users are those of\n'
    "/etc/ppp/chap-secrets, the route's name in the second column, or of the route's RADIUS server."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--config", default=CONFIG, metavar="FILE", help=f"instead of {CONFIG}")
    parser.add_argument(
        "--no-rules",
        action="store_true",
        help="leave firewall and inside interface alone: the gateway judges by itself, see README",
    )


def run(options: argparse.Namespace) -> int:
    """Does not return, unless the interpreter itself cannot be started."""
    command = [sys.executable, "-P", "-m", "gateway.pppd", "--config", options.config]
    command += ["--no-rules"] if options.no_rules else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None
