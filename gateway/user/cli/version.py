"""`postern version`."""

import argparse
import platform

from gateway import __version__
from gateway.user.cli import exits, show

ABOUT = "tell the version of this command"
EXAMPLE = "example: postern version --json\n\nThe daemon's own is in `postern status`."


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    if options.json:
        show.print_json({"version": __version__, "python": platform.python_version()})
    else:
        print(f"postern {__version__}")
    return exits.OK
