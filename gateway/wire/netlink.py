"""Netlink messages and their attributes (RFC 3549, 2.2; linux/netlink.h).

Lengths, kinds and flags are in the machine's own byte order: netlink never leaves it. What lies in
an attribute is its family's matter, and mostly in network order.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from gateway.wire.cursor import Truncated, WireError

HEADER: Final = 16  # bytes
ATTRIBUTE: Final = 4  # bytes of an attribute's header
NESTED: Final = 0x8000  # of an attribute's kind
_KIND: Final = 0x3FFF  # the rest of it

ERROR, DONE = 2, 3  # kinds of message; ERROR with the number 0 is an acknowledgement
REQUEST, MULTI, ACK, INTERRUPTED = 0x01, 0x02, 0x04, 0x10  # flags
DUMP, REPLACE, EXCLUSIVE, CREATE, APPEND = 0x300, 0x100, 0x200, 0x400, 0x800

_HEADER = Struct("=IHHII")
_ATTRIBUTE = Struct("=HH")
_ERROR = Struct("=i")


class Message(NamedTuple):
    """One message; `body` is all behind the header."""

    kind: int
    flags: int
    sequence: int
    body: bytes


def build_message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return _HEADER.pack(HEADER + len(body), kind, flags, sequence, 0) + body


def parse_messages(data: bytes) -> Iterator[Message]:
    """All that came in one read; each begins at a multiple of four bytes."""
    at = 0
    while at < len(data):
        if len(data) - at < HEADER:
            raise Truncated(f"{len(data) - at} bytes are no netlink header")
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, at)
        if length < HEADER or at + length > len(data):
            raise Truncated(f"a message of {length} bytes, of which {len(data) - at} came")
        yield Message(kind, flags, sequence, data[at + HEADER : at + length])
        at += _padded(length)


def error_number(message: Message) -> int:
    """The errno that an ERROR message names; 0 if it acknowledges."""
    if len(message.body) < _ERROR.size:
        raise Truncated("an error without its number")
    return -int(_ERROR.unpack_from(message.body)[0])


def attribute(kind: int, value: bytes) -> bytes:
    length = ATTRIBUTE + len(value)
    if length > 0xFFFF:
        raise ValueError(f"an attribute of {length} bytes")
    return _ATTRIBUTE.pack(length, kind) + value + bytes(_padded(length) - length)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute made of attributes."""
    return attribute(kind | NESTED, b"".join(attributes))


def parse_attributes(data: bytes) -> dict[int, bytes]:
    """By kind, without the marks of nesting and byte order; of two of a kind the last."""
    return dict(each_attribute(data))


def each_attribute(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and value, in order: lists are many attributes of one kind."""
    at = 0
    while len(data) - at >= ATTRIBUTE:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < ATTRIBUTE or at + length > len(data):
            raise WireError(f"an attribute of {length} bytes, of which {len(data) - at} came")
        yield kind & _KIND, data[at + ATTRIBUTE : at + length]
        at += _padded(length)


def _padded(length: int) -> int:
    return (length + 3) & ~3
