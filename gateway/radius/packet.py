"""RADIUS packets (RFC 2865, 3 and 5) and the hashes by which two ends know each other (RFC 2866, 3;
RFC 3579, 3.2; RFC 5176, 3.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from struct import Struct

from gateway.crypto.mac import MD5, digest, equal, hmac
from gateway.radius.errors import BadLength, WrongSecret
from gateway.radius.numbers import HEADER, LONGEST, LONGEST_VALUE, NOBODY, Kind
from gateway.wire.cursor import Reader

_HEADER = Struct("!BBH16s")
SHORTEST_ATTRIBUTE = 2  # bytes: kind, length


@dataclass(frozen=True, slots=True)
class Attribute:
    """One of a packet, whether or not we know its kind. Of `value` some is a person's name."""

    kind: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    code: int
    identifier: int
    authenticator: bytes = NOBODY
    attributes: tuple[Attribute, ...] = ()

    def values(self, kind: int) -> list[bytes]:
        return [one.value for one in self.attributes if one.kind == kind]


def number(kind: int, value: int) -> Attribute:
    return Attribute(kind, value.to_bytes(4, "big"))


def text(kind: int, value: str) -> Attribute:
    """Cut where it is too long, and never in the middle of a letter."""
    data = value.encode()[:LONGEST_VALUE]
    return Attribute(kind, data.decode(errors="ignore").encode())


def parse_packet(data: bytes) -> Packet:
    """Octets behind its length are padding (RFC 2865, 3). `RadiusError` if it is none."""
    if len(data) < HEADER:
        raise BadLength(f"{len(data)} bytes are no RADIUS packet")
    code, identifier, length, authenticator = _HEADER.unpack_from(data)
    if not HEADER <= length <= min(len(data), LONGEST):
        raise BadLength(f"a packet of {length} bytes in {len(data)}")
    attributes = tuple(_attributes(Reader(data, HEADER, length)))
    return Packet(code, identifier, authenticator, attributes)


def _attributes(left: Reader) -> Iterator[Attribute]:
    while left.left:
        kind = left.u8()
        length = left.u8() if left.left else 0
        if not SHORTEST_ATTRIBUTE <= length <= left.left + SHORTEST_ATTRIBUTE:
            raise BadLength(f"attribute {kind} has {length} bytes")
        yield Attribute(kind, left.take(length - SHORTEST_ATTRIBUTE))


def build_packet(packet: Packet) -> bytes:
    """ValueError if it cannot be one."""
    body = b"".join(
        bytes((one.kind, len(one.value) + SHORTEST_ATTRIBUTE)) + one.value
        for one in packet.attributes
    )
    if HEADER + len(body) > LONGEST:
        raise ValueError(f"{HEADER + len(body)} bytes are too many for a RADIUS packet")
    head = (packet.code, packet.identifier, HEADER + len(body), packet.authenticator)
    return _HEADER.pack(*head) + body


def signed_request(packet: Packet, secret: bytes) -> Packet:
    """An Accounting-, Disconnect- or CoA-Request as it goes out: with its authenticator."""
    data = build_packet(replace(packet, authenticator=NOBODY))
    return replace(packet, authenticator=digest(MD5, data + secret))


def signed_answer(packet: Packet, request: Packet, secret: bytes) -> Packet:
    """The answer to that request."""
    data = build_packet(replace(packet, authenticator=request.authenticator))
    return replace(packet, authenticator=digest(MD5, data + secret))


def check_request(packet: Packet, secret: bytes) -> None:
    """`WrongSecret` unless it was made with ours."""
    if not equal(signed_request(packet, secret).authenticator, packet.authenticator):
        raise WrongSecret("the request was made with another secret")
    _check_message(packet, NOBODY, secret)


def check_answer(packet: Packet, request: Packet, secret: bytes) -> None:
    """`WrongSecret` unless it was made with ours, to that request."""
    if not equal(signed_answer(packet, request, secret).authenticator, packet.authenticator):
        raise WrongSecret("the answer was made with another secret")
    _check_message(packet, request.authenticator, secret)


def _check_message(packet: Packet, authenticator: bytes, secret: bytes) -> None:
    """Message-Authenticator, where there is one."""
    found = packet.values(Kind.MESSAGE_AUTHENTICATOR)
    if not found:
        return
    blank = replace(packet, authenticator=authenticator, attributes=tuple(_blanked(packet)))
    wanted = hmac(MD5, secret, build_packet(blank))
    if len(found) > 1 or not equal(wanted, found[0]):
        raise WrongSecret("its Message-Authenticator is not right")


def _blanked(packet: Packet) -> Iterator[Attribute]:
    for one in packet.attributes:
        hidden = one.kind == Kind.MESSAGE_AUTHENTICATOR
        yield replace(one, value=NOBODY) if hidden else one


def with_message_authenticator(packet: Packet, authenticator: bytes, secret: bytes) -> Packet:
    """The packet with one in front, worked out over that authenticator (RFC 3579, 3.2)."""
    first = Attribute(Kind.MESSAGE_AUTHENTICATOR, NOBODY)
    blank = replace(packet, authenticator=authenticator, attributes=(first, *packet.attributes))
    made = replace(first, value=hmac(MD5, secret, build_packet(blank)))
    return replace(packet, attributes=(made, *packet.attributes))


def echoed(request: Packet) -> Iterable[Attribute]:
    """What every answer has to bring back (RFC 2865, 5.33)."""
    return (one for one in request.attributes if one.kind == Kind.PROXY_STATE)
