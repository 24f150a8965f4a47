"""`postern accounting`: become the program that tells a RADIUS server of sessions."""

import argparse
import os
import sys

from gateway.user.cli.check import CONFIG
from gateway.user.cli.run import environment
from gateway.user.client import DaemonError, socket_path

ABOUT = "tell a RADIUS server of each session, until it is told to stop"
EXAMPLE = (
    "example: sudo postern accounting --config ./postern.toml\n\n"
    "It runs beside `postern run`, where the configuration has [accounting] with a server and a\n"
    "secret. What the server has not taken waits under /var/lib/postern-accounting; with\n"
    "disconnect = true the server may end sessions, too."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--config", default=CONFIG, metavar="FILE", help=f"instead of {CONFIG}")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--state", metavar="FOLDER", help="where it keeps what must not be lost")


def run(options: argparse.Namespace) -> int:
    """Does not return, unless the interpreter itself cannot be started."""
    command = [sys.executable, "-P", "-m", "gateway.accounting", "--config", options.config]
    command += ["--socket", socket_path(options.socket)]
    command += ["--state", options.state] if options.state else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None
