"""What the verbs that talk to the box agent have in common."""

import argparse

from gateway.user.box_client import Box
from gateway.user.client import DaemonError


def add_box_options(parser: argparse.ArgumentParser, *, json: bool = True) -> None:
    parser.add_argument("--box-socket", metavar="PATH", help="the box agent's socket")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")


def add_name_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name", required=True, metavar="NAME", help="this box's own name: shows that you mean it"
    )


def box_of(options: argparse.Namespace) -> Box:
    return Box(options.box_socket)


def meant_box(options: argparse.Namespace) -> Box:
    """The box, if its name is the one that was given; a `DaemonError` if not."""
    box = box_of(options)
    name = box.status().hostname
    if options.name != name:
        what = f"this box is not called {options.name}, so nothing was done"
        raise DaemonError(what, "Look at its name with `postern board`, or where you are logged in")
    return box
