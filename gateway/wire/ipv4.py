"""IPv4 headers (RFC 791), as far as a gateway between two legs needs them.

A host is four bytes everywhere below the edges: they are hashed for NAT-D, looked up for every
packet and never typed by anyone. `host_text` and `host_bytes` translate for people.
"""

from struct import Struct
from typing import NamedTuple

from gateway.wire.cursor import Truncated, WireError

HEADER = 20  # bytes, without options
PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_GRE, PROTOCOL_ESP, PROTOCOL_AH = 6, 17, 47, 50, 51
MORE_FRAGMENTS, OFFSET_MASK = 0x2000, 0x1FFF
_HEADER = Struct("!BBHHHBBH4s4s")


class Ipv4(NamedTuple):
    """What the road wants of a header: who, to whom, what, and where the payload lies."""

    source: bytes
    target: bytes
    protocol: int
    start: int  # offset of the payload
    end: int  # offset behind it: the header's total length


def host_text(host: bytes) -> str:
    """`b"\\xc0\\x00\\x02\\x01"` -> `"192.0.2.1"`."""
    return ".".join(map(str, host))


def host_bytes(text: str) -> bytes:
    """`"192.0.2.1"` -> `b"\\xc0\\x00\\x02\\x01"`; ValueError if it is no dotted quad."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not an IPv4 address")
    return bytes(int(part) for part in parts)


def parse_ipv4(packet: bytes) -> Ipv4:
    """The header of a whole packet; WireError for fragments, other versions and false lengths."""
    if len(packet) < HEADER:
        raise Truncated("shorter than an IPv4 header")
    first, _, total, _, fragment, _, protocol, _, source, target = _HEADER.unpack_from(packet)
    start = (first & 0x0F) * 4
    if first >> 4 != 4 or start < HEADER or total < start:
        raise WireError("not an IPv4 header")
    if total > len(packet):
        raise Truncated(f"packet of {total} bytes, of which {len(packet)} came")
    if fragment & (MORE_FRAGMENTS | OFFSET_MASK):
        raise WireError("a fragment")
    return Ipv4(source, target, protocol, start, total)


def build_ipv4(source: bytes, target: bytes, protocol: int, payload: bytes) -> bytes:
    """One packet, TTL 64, no options; the kernel fills identification and checksum (raw(7))."""
    total = HEADER + len(payload)
    return _HEADER.pack(0x45, 0, total, 0, 0, 64, protocol, 0, source, target) + payload


def fragment_ipv4(packet: bytes, mtu: int, identification: int) -> list[bytes]:
    """The packet as it is when it fits in `mtu` bytes, else its fragments (RFC 791, 3.2)."""
    if len(packet) <= mtu:
        return [packet]
    step = (mtu - HEADER) & ~7
    if step <= 0:
        raise ValueError(f"an MTU of {mtu} bytes carries nothing")
    _, tos, _, _, _, ttl, protocol, _, source, target = _HEADER.unpack_from(packet)
    pieces = []
    for offset in range(0, len(packet) - HEADER, step):
        part = packet[HEADER + offset : HEADER + offset + step]
        more = MORE_FRAGMENTS if HEADER + offset + step < len(packet) else 0
        head = _HEADER.pack(
            0x45, tos, HEADER + len(part), identification, more | offset >> 3, ttl, protocol, 0,
            source, target,
        )  # fmt: skip
        pieces.append(head + part)
    return pieces
