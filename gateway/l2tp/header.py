"""The header of a control message (RFC 2661, 3.1). Data messages have theirs in data.py."""

from dataclasses import dataclass
from struct import Struct

from gateway.l2tp.errors import BadHeader
from gateway.l2tp.numbers import (
    LENGTH,
    OFFSET,
    SEQUENCE,
    TYPE,
    VERSION,
    VERSION_MASK,
    MessageType,
)

SIZE = 12  # bytes; a message of only these is a ZLB, which acknowledges and nothing else
CONTROL = TYPE | LENGTH | SEQUENCE | VERSION
_HEADER = Struct("!HHHHHH")
_THREE = Struct("!HHH")
_SCCRQ = bytes(4) + MessageType.SCCRQ.to_bytes(2, "big")  # vendor, kind and value of an AVP


@dataclass(frozen=True, slots=True)
class Header:
    """`tunnel` and `call` are the receiver's ids; `flags` also holds what is reserved."""

    tunnel: int
    call: int
    ns: int
    nr: int
    flags: int = CONTROL


def parse_header(message: bytes) -> tuple[Header, bytes]:
    """The header and the attribute-value pairs behind it; octets behind its length are padding.

    "Packets received with an unknown Ver field MUST be discarded", so BadHeader is never answered.
    """
    if len(message) < SIZE:
        raise BadHeader(f"{len(message)} bytes are no control message")
    flags, length, tunnel, call, ns, nr = _HEADER.unpack_from(message)
    if flags & VERSION_MASK != VERSION:
        raise BadHeader(f"version {flags & VERSION_MASK}")
    if flags & (CONTROL | OFFSET) != CONTROL:
        raise BadHeader(f"flags {flags:#06x}")
    if not SIZE <= length <= len(message):
        raise BadHeader(f"length {length} in {len(message)} bytes")
    return Header(tunnel, call, ns, nr, flags), message[SIZE:length]


def addressed_tunnel(message: bytes) -> int:
    """The tunnel that a message names, control or data; 0 where it names none."""
    if len(message) < SIZE // 2:
        return 0
    flags, first, second = _THREE.unpack_from(message)
    return int(second if flags & LENGTH else first)


def asks_for_tunnel(message: bytes) -> bool:
    """Whether a message looks like an SCCRQ, whose first AVP says so (RFC 2661, 4.1)."""
    is_control = bool(message) and bool(message[0] << 8 & TYPE)
    return is_control and addressed_tunnel(message) == 0 and message[SIZE + 2 :][:6] == _SCCRQ


def build_header(header: Header, body: bytes) -> bytes:
    """The whole message."""
    length = SIZE + len(body)
    return (
        _HEADER.pack(header.flags, length, header.tunnel, header.call, header.ns, header.nr) + body
    )
