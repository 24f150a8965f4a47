"""The chain of payloads, and the inside of the simple ones (RFC 2408, 3.2 to 3.15).

The bodies of nonce, hash and key exchange payloads are just bytes; the security association's is
in `proposals.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct

from gateway.ike.errors import BadPayload
from gateway.ike.numbers import DOI_IPSEC, IdType, Kind
from gateway.wire.cursor import Reader
from gateway.wire.ipv4 import host_text
from gateway.x509.names import name_text

GENERIC = 4  # bytes: next payload, reserved, length
MOST_PAYLOADS = 64  # in one message; Windows with certificates sends about fifteen
LONGEST_BODY = 0xFFFF - GENERIC
_GENERIC = Struct("!BBH")


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload, known or not, without its generic header."""

    kind: int
    body: bytes
    reserved: int = 0


def parse_chain(message: Reader, first: int) -> tuple[Payload, ...]:
    """The payloads up to the one that names no next; what is behind (padding) stays unread."""
    payloads: list[Payload] = []
    kind = first
    while kind != Kind.NONE:
        if len(payloads) == MOST_PAYLOADS:
            raise BadPayload(f"more than {MOST_PAYLOADS} payloads")
        following, reserved, length = message.u8(), message.u8(), message.u16()
        if length < GENERIC:
            raise BadPayload(f"payload of {length} bytes is shorter than its header")
        payloads.append(Payload(kind, message.take(length - GENERIC), reserved))
        kind = following
    return tuple(payloads)


def build_chain(payloads: Sequence[Payload]) -> bytes:
    """The bytes of all; the type of the first belongs in the header before them."""
    parts: list[bytes] = []
    for place, payload in enumerate(payloads, 1):
        following = payloads[place].kind if place < len(payloads) else Kind.NONE
        if len(payload.body) > LONGEST_BODY:
            raise ValueError(f"payload body of {len(payload.body)} bytes")
        parts.append(_GENERIC.pack(following, payload.reserved, GENERIC + len(payload.body)))
        parts.append(payload.body)
    return b"".join(parts)


def all_of(payloads: Iterable[Payload], kind: int) -> list[bytes]:
    """The bodies of one kind, in their order."""
    return [payload.body for payload in payloads if payload.kind == kind]


def one_of(payloads: Iterable[Payload], kind: int, name: str) -> bytes:
    """The body of the only payload of a kind; BadPayload if there is none or another."""
    bodies = all_of(payloads, kind)
    if len(bodies) != 1:
        raise BadPayload(f"{len(bodies)} {name} payloads instead of one")
    return bodies[0]


@dataclass(frozen=True, slots=True)
class Identification:
    """The body of an ID payload (RFC 2407, 4.6.2), and of NAT-OA, whose middle is reserved."""

    kind: int
    data: bytes
    protocol: int = 0
    port: int = 0

    def __str__(self) -> str:
        """For people; nothing a peer put in it can upset a terminal."""
        if self.kind == IdType.IPV4 and len(self.data) == 4:
            return host_text(self.data)
        if self.kind in (IdType.FQDN, IdType.USER_FQDN):
            return "".join(chr(c) if 0x20 < c < 0x7F else f"\\x{c:02x}" for c in self.data)
        if self.kind == IdType.DER_DN:
            return name_text(self.data)
        return f"id type {self.kind}: {self.data.hex()}"

    def is_the_same(self, other: "Identification") -> bool:
        """Who it is, protocol and port left out. Old machines tell names in capitals or not."""
        same = self.data == other.data
        if self.kind in (IdType.FQDN, IdType.USER_FQDN):
            same = self.data.lower() == other.data.lower()
        return same and self.kind == other.kind


def parse_identification(body: bytes) -> Identification:
    reader = Reader(body)
    kind, protocol, port = reader.u8(), reader.u8(), reader.u16()
    return Identification(kind, reader.rest(), protocol, port)


def build_identification(identity: Identification) -> bytes:
    return (
        bytes((identity.kind, identity.protocol)) + identity.port.to_bytes(2, "big") + identity.data
    )


@dataclass(frozen=True, slots=True)
class Notification:
    """The body of a notification payload (RFC 2408, 3.14)."""

    kind: int
    protocol: int
    spi: bytes = b""
    data: bytes = b""
    doi: int = DOI_IPSEC


def parse_notification(body: bytes) -> Notification:
    reader = Reader(body)
    doi, protocol, spi_size, kind = reader.u32(), reader.u8(), reader.u8(), reader.u16()
    spi = reader.take(spi_size)
    return Notification(kind, protocol, spi, reader.rest(), doi)


def build_notification(notification: Notification) -> bytes:
    return (
        notification.doi.to_bytes(4, "big")
        + bytes((notification.protocol, len(notification.spi)))
        + notification.kind.to_bytes(2, "big")
        + notification.spi
        + notification.data
    )


@dataclass(frozen=True, slots=True)
class Delete:
    """The body of a delete payload (RFC 2408, 3.15); `spis` are all of one size."""

    protocol: int
    spis: tuple[bytes, ...]
    doi: int = DOI_IPSEC


def parse_delete(body: bytes) -> Delete:
    reader = Reader(body)
    doi, protocol, spi_size, count = reader.u32(), reader.u8(), reader.u8(), reader.u16()
    if reader.left != spi_size * count or (count and not spi_size):
        raise BadPayload(f"{count} SPIs of {spi_size} bytes in {reader.left} bytes")
    return Delete(protocol, tuple(reader.take(spi_size) for _ in range(count)), doi)


def build_delete(delete: Delete) -> bytes:
    """ValueError if the SPIs differ in size."""
    sizes = {len(spi) for spi in delete.spis} or {0}
    if len(sizes) != 1:
        raise ValueError("SPIs of different sizes")
    return (
        delete.doi.to_bytes(4, "big")
        + bytes((delete.protocol, sizes.pop()))
        + len(delete.spis).to_bytes(2, "big")
        + b"".join(delete.spis)
    )
