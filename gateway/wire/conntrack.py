"""Connections that the kernel tracks and translates (linux/netfilter/nfnetlink_conntrack.h)."""

from struct import Struct
from typing import Final, NamedTuple

from gateway.wire.ipv4 import PROTOCOL_UDP
from gateway.wire.netlink import attribute, nested, parse_attributes

NEW, GET, DELETE = 0x100, 0x101, 0x102  # kinds of message
IPV4: Final = 2
LASTING: Final = 30 * 24 * 3600  # seconds
_ORIGINAL, _REPLY, _STATUS, _SOURCE_NAT, _TIMEOUT = 1, 2, 3, 6, 7
_ADDRESSES, _PROTOCOL = 1, 2
_SOURCE, _TARGET = 1, 2
_NUMBER, _SOURCE_PORT, _TARGET_PORT = 1, 2, 3
_LOWEST = 1
# Status. With FIXED a packet does not set the timeout to what is usual for its protocol.
ASSURED, CONFIRMED, FIXED = 0x04, 0x08, 0x400
_U16 = Struct("!H")
_U32 = Struct("!I")


class Flow(NamedTuple):
    """One direction of a connection. Where there are no ports they are 0."""

    protocol: int
    source: bytes
    target: bytes
    source_port: int = 0
    target_port: int = 0

    @property
    def reverse(self) -> "Flow":
        return Flow(self.protocol, self.target, self.source, self.target_port, self.source_port)


def build_translated(flow: Flow, source: bytes) -> bytes:
    """The body of NEW: what comes by `flow` is to have the host `source` in place of its own."""
    return (
        _head()
        + _tuple(_ORIGINAL, flow)
        + _tuple(_REPLY, flow.reverse)
        + attribute(_STATUS, _U32.pack(ASSURED | CONFIRMED | FIXED))
        + attribute(_TIMEOUT, _U32.pack(LASTING))
        + nested(_SOURCE_NAT, attribute(_LOWEST, source))
    )


def name_flow(flow: Flow) -> bytes:
    """The body of GET and DELETE: whatever connection has `flow` as its first direction."""
    return _head() + _tuple(_ORIGINAL, flow)


def list_all() -> bytes:
    """The body of GET for a dump."""
    return _head()


def parse_flows(body: bytes) -> tuple[Flow | None, Flow | None]:
    """The two directions of a connection that the kernel tells of in a NEW."""
    found = parse_attributes(body[4:])
    return _parse_tuple(found.get(_ORIGINAL, b"")), _parse_tuple(found.get(_REPLY, b""))


def _head() -> bytes:
    """A struct nfgenmsg."""
    return bytes((IPV4, 0, 0, 0))


def _tuple(kind: int, flow: Flow) -> bytes:
    protocol = [attribute(_NUMBER, bytes((flow.protocol,)))]
    if flow.protocol == PROTOCOL_UDP:
        protocol.append(attribute(_SOURCE_PORT, _U16.pack(flow.source_port)))
        protocol.append(attribute(_TARGET_PORT, _U16.pack(flow.target_port)))
    hosts = (attribute(_SOURCE, flow.source), attribute(_TARGET, flow.target))
    return nested(kind, nested(_ADDRESSES, *hosts), nested(_PROTOCOL, *protocol))


def _parse_tuple(value: bytes) -> Flow | None:
    parts = parse_attributes(value)
    hosts = parse_attributes(parts.get(_ADDRESSES, b""))
    protocol = parse_attributes(parts.get(_PROTOCOL, b""))
    source, target, number = hosts.get(_SOURCE), hosts.get(_TARGET), protocol.get(_NUMBER)
    if source is None or target is None or not number:
        return None
    ports = (_port(protocol.get(kind, b"")) for kind in (_SOURCE_PORT, _TARGET_PORT))
    return Flow(number[0], source, target, *ports)


def _port(value: bytes) -> int:
    return int(_U16.unpack(value)[0]) if len(value) == _U16.size else 0
