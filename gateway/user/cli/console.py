"""`postern console`: the menu."""

import argparse
import os

from gateway.user.box_client import Who, socket_path
from gateway.user.cli import exits
from gateway.user.client import socket_path as daemon_path
from gateway.user.console import menu
from gateway.user.console.ends import Ends

OWN_CONSOLE = "POSTERN_CONSOLE"  # set by the unit that keeps a console
ABOUT = "show the menu: everything can be set up and looked at from there"
EXAMPLE = (
    "examples:\n  postern console\n  postern console --plain     numbered text, for screen readers"
    "\n  printf '1\\n' | postern console    what a script may do\n\n"
    "$POSTERN_PLAIN=1 means --plain, and so does a dumb terminal."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--plain", action="store_true", help="numbered text, nothing drawn over")
    parser.add_argument("--box-socket", metavar="PATH", help="the box agent's socket")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")


def run(options: argparse.Namespace) -> int:
    ends = Ends(
        socket_path(options.box_socket),
        daemon_path(options.socket),
        Who.here(),
        own_console=os.environ.get(OWN_CONSOLE, "") not in ("", "0"),
    )
    menu.run(ends, plain=options.plain)
    return exits.OK
