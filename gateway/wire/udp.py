"""UDP datagrams (RFC 768) and the endpoints between which they go."""

from struct import Struct
from typing import NamedTuple

from gateway.wire.checksum import internet_checksum
from gateway.wire.cursor import Truncated
from gateway.wire.ipv4 import PROTOCOL_UDP, host_text

HEADER = 8  # bytes
_HEADER = Struct("!HHHH")
_PSEUDO = Struct("!4s4sBBH")


class Endpoint(NamedTuple):
    """A host's four bytes and a UDP (or TCP) port."""

    host: bytes
    port: int

    def __str__(self) -> str:
        return f"{host_text(self.host)}:{self.port}"


class Datagram(NamedTuple):
    """A UDP payload and the way it went."""

    source: Endpoint
    target: Endpoint
    payload: bytes


def parse_udp(segment: bytes) -> tuple[int, int, bytes]:
    """Source port, destination port and payload.

    The checksum is not looked at: outside it has passed the kernel or is covered by a hash of its
    own, and inside ESP a NAT has made it wrong (RFC 3948, 3.1.2).
    """
    if len(segment) < HEADER:
        raise Truncated("shorter than a UDP header")
    source, target, length, _ = _HEADER.unpack_from(segment)
    if length < HEADER or length > len(segment):
        raise Truncated(f"UDP length {length} in {len(segment)} bytes")
    return source, target, segment[HEADER:length]


def build_udp(source: int, target: int, payload: bytes) -> bytes:
    """A segment with checksum zero, which IPv4 allows and ESP in UDP asks for (RFC 3948, 2.1)."""
    return _HEADER.pack(source, target, HEADER + len(payload), 0) + payload


def build_checked_udp(source: Endpoint, target: Endpoint, payload: bytes) -> bytes:
    """A segment with its checksum, for messages that no hash covers on their way."""
    segment = build_udp(source.port, target.port, payload)
    pseudo = _PSEUDO.pack(source.host, target.host, 0, PROTOCOL_UDP, len(segment))
    checksum = internet_checksum(pseudo + segment) or 0xFFFF
    return segment[:6] + checksum.to_bytes(2, "big") + segment[HEADER:]
