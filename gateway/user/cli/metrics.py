"""`postern metrics`: become the program that gives figures out."""

import argparse
import os
import sys

from gateway.user.cli.check import CONFIG
from gateway.user.cli.run import environment
from gateway.user.client import DaemonError, socket_path

ABOUT = "give out figures for Prometheus, until it is told to stop"
EXAMPLE = (
    "example: sudo postern metrics --config ./postern.toml\n\n"
    "It runs beside `postern run`, where the configuration has [metrics] with an address and a\n"
    "token: curl -H 'Authorization: Bearer TOKEN' http://ADDRESS:9765/metrics"
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--config", default=CONFIG, metavar="FILE", help=f"instead of {CONFIG}")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")


def run(options: argparse.Namespace) -> int:
    """Does not return, unless the interpreter itself cannot be started."""
    command = [sys.executable, "-P", "-m", "gateway.metrics", "--config", options.config]
    command += ["--socket", socket_path(options.socket)]
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None
