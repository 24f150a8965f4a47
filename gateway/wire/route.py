"""Routes as the kernel takes them and tells of them (linux/rtnetlink.h)."""

from struct import Struct
from typing import NamedTuple

from gateway.wire.cursor import Truncated
from gateway.wire.netlink import attribute, parse_attributes

NEW_ROUTE, DELETE_ROUTE, GET_ROUTE = 0x18, 0x19, 0x1A  # kinds of message
INET, MAIN_TABLE, ON_LINK, UNICAST = 2, 254, 253, 1
_TARGET, _INTERFACE = 1, 4
_HEAD = Struct("=BBBBBBBBI")
_U32 = Struct("=I")


class Route(NamedTuple):
    """A network that is reached over an interface directly, in the main table."""

    target: bytes
    bits: int
    interface: int  # its number
    protocol: int  # who made it


def build_route(route: Route) -> bytes:
    """The body of NEW_ROUTE and DELETE_ROUTE."""
    head = _HEAD.pack(INET, route.bits, 0, 0, MAIN_TABLE, route.protocol, ON_LINK, UNICAST, 0)
    interface = attribute(_INTERFACE, _U32.pack(route.interface))
    return head + attribute(_TARGET, route.target) + interface


def list_routes() -> bytes:
    """The body of GET_ROUTE for a dump of all IPv4 routes."""
    return _HEAD.pack(INET, *[0] * 8)


def parse_route(body: bytes) -> Route | None:
    """What the kernel tells of in a NEW_ROUTE; None if it is not of the kind described above."""
    if len(body) < _HEAD.size:
        raise Truncated(f"{len(body)} bytes are no route")
    family, bits, _, _, table, protocol, _, kind, _ = _HEAD.unpack_from(body)
    more = parse_attributes(body[_HEAD.size :])
    target, interface = more.get(_TARGET, b""), more.get(_INTERFACE, b"")
    usual = (family, table, kind) == (INET, MAIN_TABLE, UNICAST)
    if not usual or len(target) != 4 or len(interface) != _U32.size:
        return None
    return Route(target, bits, _U32.unpack(interface)[0], protocol)
