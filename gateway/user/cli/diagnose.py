"""`postern ping | link | capture`: finding out what is wrong around the gateway."""

import argparse

from gateway.user.box_client import Box
from gateway.user.cli.upkeep import Asked
from gateway.user.console.pages.diagnose import LONGEST_S, MOST_PACKETS

Options = argparse.Namespace


def _ping(box: Box, options: Options) -> tuple[list[str], object]:
    lines = box.ping(options.host)
    return lines, {"lines": lines}


def _link(box: Box, options: Options) -> tuple[list[str], object]:
    lines = box.link()
    return lines, {"lines": lines}


def _capture(box: Box, options: Options) -> tuple[list[str], object]:
    path = box.capture(options.port, options.seconds, options.packets, options.to)
    return [f"the packets are in {path}"], {"path": path}


def _host(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("host", metavar="HOST")


def _bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", metavar="PORT", help="as `postern ports` has it")
    parser.add_argument(
        "--seconds", type=int, default=30, help=f"30 if not given, {LONGEST_S} at most"
    )
    parser.add_argument(
        "--packets", type=int, default=1000, help=f"1000 if not given, {MOST_PACKETS} at most"
    )
    parser.add_argument(
        "--to", default="", metavar="NAME", help="of the file, in memory; usb is the stick"
    )


PING = Asked("ask whether a machine answers", "postern ping 10.10.0.2", _ping, _host)
LINK = Asked("tell which cables are in", "postern link", _link)
CAPTURE = Asked(
    "record the packets of a port", "postern capture eth0 --seconds 10", _capture, _bounds
)
