"""Reading what a client may reach inside: hosts, protocols, ports."""

import re
from ipaddress import IPv4Address, IPv4Network
from typing import Final, NamedTuple

from gateway.control.problems import shown
from gateway.control.values import Unfit, text

EVERYTHING, NOTHING = "everything", "nothing"
ICMP, TCP, UDP = 1, 6, 17
USUAL: Final = (ICMP, TCP, UDP)  # where no protocol is named
_NAMES: Final = {"icmp": ICMP, "tcp": TCP, "udp": UDP}
_PROTOCOL: Final = re.compile(
    r"(?P<name>icmp|tcp|udp|ip)(?:/(?P<low>[0-9]{1,5})(?:-(?P<high>[0-9]{1,5}))?)?"
)
_RANGE: Final = re.compile(r"([0-9.]+)-([0-9.]+)")
HINT: Final = (
    'Write for example "10.10.0.2", "10.10.0.2 tcp/139-445", "10.10.0.0/24 icmp", "nothing" or '
    '"everything"'
)


class Reach(NamedTuple):
    """Hosts and ports from the first to the last, both in it; hosts as numbers."""

    first: int
    last: int
    protocols: tuple[int, ...]
    low: int = 0
    high: int = 0xFFFF


NONE: Final = Reach(0, -1, ())
ALL: Final = Reach(0, 0xFFFFFFFF, ())  # all protocols, and what is not IP


def reach(value: object) -> Reach:
    """One place, or one of the two words."""
    found = text(value)
    if found in (EVERYTHING, NOTHING):
        return ALL if found == EVERYTHING else NONE
    where, _, what = found.partition(" ")
    first, last = _hosts(where, found)
    return Reach(first, last, *_ports(what.strip(), found))


def _hosts(where: str, found: str) -> tuple[int, int]:
    try:
        if match := _RANGE.fullmatch(where):
            first, last = (int(IPv4Address(part)) for part in match.groups())
        else:
            network = IPv4Network(where)
            first, last = int(network.network_address), int(network.broadcast_address)
    except ValueError:
        raise Unfit(
            f"is {shown(found)}, which does not begin with a host or network", HINT
        ) from None
    if first > last:
        raise Unfit(f"is {shown(found)}, which ends before it begins")
    return first, last


def _ports(what: str, found: str) -> tuple[tuple[int, ...], int, int]:
    if not what:
        return USUAL, 0, 0xFFFF
    match = _PROTOCOL.fullmatch(what)
    if match is None:
        raise Unfit(f"is {shown(found)}, which names no protocol and ports", HINT)
    name, low = match["name"], match["low"]
    if name == "ip":
        return _by_number(match, found)
    if low is None:
        return (_NAMES[name],), 0, 0xFFFF
    first, last = int(low), int(match["high"] or low)
    if name == "icmp" or not 0 < first <= last < 65536:
        raise Unfit(
            f"is {shown(found)}, and ports are numbers from 1 to 65535, of tcp or udp", HINT
        )
    return (_NAMES[name],), first, last


def _by_number(match: re.Match[str], found: str) -> tuple[tuple[int, ...], int, int]:
    """A protocol that has no name here."""
    number = int(match["low"] or 256)
    if number > 255 or match["high"]:
        raise Unfit(f"is {shown(found)}, and ip/ takes one protocol's number", HINT)
    if number in (TCP, UDP):
        raise Unfit(f"is {shown(found)}, which has a name", HINT)
    return (number,), 0, 0xFFFF
