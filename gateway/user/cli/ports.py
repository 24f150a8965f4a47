"""`postern ports`: the sockets for cables."""

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict

from gateway.control.problems import printable
from gateway.user.box_client import Box
from gateway.user.box_lines import called, new_roles, port_lines
from gateway.user.box_views import Port
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.client import DaemonError

ABOUT = "list the ports, say what one is for, or find one"
EXAMPLE = (
    "examples:\n  postern ports\n  postern ports assign 1=outside 2=inside\n"
    "  postern ports blink 2\n"
    "  postern ports find                 tells which port a cable is put into, or pulled from\n\n"
    "A port is named by its label on the case, its name in Linux or its path. What it is for "
    "holds after `postern config apply`."
)
ROLES = ("outside", "inside", "unused")
WHATS = ("list", "assign", "blink", "find")
BLINK_S = 10  # seconds
LOOKS = 120  # at the cables, one a second


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("what", nargs="?", choices=WHATS, default="list")
    parser.add_argument("port", nargs="*", metavar="PORT", help="PORT=ROLE to assign one")
    add_box_options(parser)


def run(options: argparse.Namespace) -> int:
    box = box_of(options)
    ports = box.ports()
    if options.what == "assign":
        chosen = dict(_assigned(one, ports) for one in options.port)
        told = new_roles(ports, chosen, box.assign(chosen))
        print(f"{told}; `postern config apply` makes it so")
    elif options.what == "blink":
        for one in options.port:
            box.blink(_the_port(one, ports).path, BLINK_S)
    elif options.what == "find":
        _tell_found(find(box, ports), as_json=options.json)
    elif options.json:
        show.print_json([asdict(one) for one in ports])
    else:
        print("\n".join(port_lines(ports)))
        for one in ports:
            if one.problem:
                print(printable(f"! {called(one)}: {one.problem}"))
    return exits.OK


def find(box: Box, before: list[Port], wait: Callable[[float], None] = time.sleep) -> Port:
    """The first port at which a cable was put in or pulled since `before`."""
    links = {port.path: port.link for port in before}
    for _ in range(LOOKS):
        for port in box.ports():
            if port.link != links.get(port.path, port.link):
                return port
        wait(1.0)
    raise DaemonError("no cable was put in or pulled", "Try again, or let a port blink")


def _tell_found(port: Port, *, as_json: bool) -> None:
    if as_json:
        show.print_json(asdict(port))
    else:
        print(
            printable(f"{called(port)} {'has a cable now' if port.link else 'has lost its cable'}")
        )


def _assigned(word: str, ports: list[Port]) -> tuple[str, str]:
    name, _, role = word.rpartition("=")
    if role not in ROLES:
        raise DaemonError(f"{word!r} is not PORT=ROLE", "A role is one of " + ", ".join(ROLES))
    return _the_port(name, ports).path, role


def _the_port(word: str, ports: list[Port]) -> Port:
    found = [one for one in ports if word in (one.label, one.name, one.path)]
    if len(found) != 1:
        raise DaemonError(f"there is no port {word!r}", "See `postern ports`")
    return found[0]
