"""`postern disconnect`: end a session in order."""

import argparse

from gateway.user.cli import exits, show
from gateway.user.client import Daemon, socket_path

ABOUT = "end a session, or all sessions of a client"
EXAMPLE = "examples:\n  postern disconnect 7\n  postern disconnect --client press-3"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", type=int, metavar="ID", help="as `postern sessions` has it")
    which.add_argument("--client", metavar="NAME", help="as the configuration has it")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    daemon = Daemon(socket_path(options.socket))
    closed = daemon.disconnect(number=options.id, client=options.client)
    if options.json:
        show.print_json({"closed": closed})
    elif closed:
        print("closing " + ", ".join(f"session {number}" for number in closed))
    else:
        print("closing")
    return exits.OK
