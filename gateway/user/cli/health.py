"""`postern health`: become the program that dials this box by loopback."""

import argparse
import os
import sys

from gateway.user.cli.run import environment
from gateway.user.client import DaemonError, socket_path

ABOUT = "dial this box itself, and tell whether the gateway answers"
EXAMPLE = (
    "example: sudo postern health\n\n"
    "A real handshake of IKE by loopback: netfilter, queue, keys and the way back. No session."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--wait", default="90", metavar="SECONDS", help="for a daemon that starts")
    parser.add_argument("--keep", action="store_true", help="note what came of it (the image does)")
    parser.add_argument("--mark-good", action="store_true", help="and tell RAUC")


def run(options: argparse.Namespace) -> int:
    """Does not return, unless the interpreter itself cannot be started."""
    command = [sys.executable, "-P", "-m", "gateway.health", "--wait", options.wait]
    command += ["--socket", socket_path(options.socket)]
    command += ["--keep"] if options.keep else []
    command += ["--mark-good"] if options.mark_good else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None
