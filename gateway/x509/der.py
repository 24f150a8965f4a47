"""DER, as much of it as certificates are made of (ITU-T X.690): tag, length, body.

Only one-byte tags and definite lengths in their shortest form; nothing here recurses, so the depth
of what is read is that of the code that reads it.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.wire.cursor import Reader
from gateway.x509.errors import BadDer

BOOLEAN, INTEGER, BIT_STRING, OCTETS, NULL, OID, ENUMERATED = 1, 2, 3, 4, 5, 6, 10
UTF8, PRINTABLE, TELETEX, IA5, BMP, UNIVERSAL = 12, 19, 20, 22, 30, 28
UTC_TIME, GENERALIZED_TIME = 23, 24
SEQUENCE, SET = 0x30, 0x31
CONTEXT, CONSTRUCTED = 0x80, 0x20  # to be added to the number of a field
_LENGTH_BYTES: Final = 4
_LARGE_TAG: Final = 0x1F
_LONGEST_NUMBER: Final = 1024 + 1  # bytes: twice the longest RSA modulus we work with


class Element(NamedTuple):
    """`whole` is the body with its tag and length: what hashes and signatures cover."""

    tag: int
    body: bytes
    whole: bytes


class Der:
    """A cursor over elements that follow each other. All methods raise BadDer or Truncated."""

    __slots__ = ("_reader",)

    def __init__(self, data: bytes) -> None:
        self._reader = Reader(data)

    @property
    def more(self) -> bool:
        return self._reader.left > 0

    def next_is(self, tag: int) -> bool:
        reader = self._reader
        return reader.left > 0 and reader.data[reader.position] == tag

    def any(self) -> Element:
        reader = self._reader
        start = reader.position
        tag = reader.u8()
        if tag & _LARGE_TAG == _LARGE_TAG:
            raise BadDer("a tag of several bytes")
        body = reader.take(_length(reader))
        return Element(tag, body, reader.data[start : reader.position])

    def element(self, tag: int) -> Element:
        found = self.any()
        if found.tag != tag:
            raise BadDer(f"tag {found.tag:#x} where {tag:#x} must be")
        return found

    def body(self, tag: int) -> bytes:
        return self.element(tag).body

    def inside(self, tag: int) -> "Der":
        """A cursor over what the next element holds."""
        return Der(self.body(tag))

    def optional(self, tag: int) -> bytes | None:
        """The body of the next element if it has this tag."""
        return self.body(tag) if self.next_is(tag) else None

    def number(self, tag: int = INTEGER) -> int:
        body = self.body(tag)
        if not 0 < len(body) <= _LONGEST_NUMBER:
            raise BadDer(f"a number of {len(body)} bytes")
        return int.from_bytes(body, "big", signed=True)

    def bits(self) -> bytes:
        """A bit string of whole bytes."""
        body = self.body(BIT_STRING)
        if not body or body[0] != 0:
            raise BadDer("a bit string that is not of whole bytes")
        return body[1:]

    def end(self) -> None:
        if self.more:
            raise BadDer(f"{self._reader.left} bytes too many")

    def __iter__(self) -> Iterator[Element]:
        while self.more:
            yield self.any()


def _length(reader: Reader) -> int:
    first = reader.u8()
    if first < 0x80:
        return first
    count = first & 0x7F
    if not 0 < count <= _LENGTH_BYTES:
        raise BadDer("a length that is not definite, or too long")
    length = int.from_bytes(reader.take(count), "big")
    if length < 0x80 or length >> 8 * (count - 1) == 0:
        raise BadDer("a length that is not in its shortest form")
    return length


def encode(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*parts: bytes) -> bytes:
    return encode(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """Members of a SET OF stand in the order of their bytes (X.690, 11.6)."""
    return encode(SET, *sorted(parts))


def octets(body: bytes) -> bytes:
    return encode(OCTETS, body)


def integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def bit_string(body: bytes, unused: int = 0) -> bytes:
    return encode(BIT_STRING, bytes((unused,)), body)


def boolean(value: bool) -> bytes:
    return encode(BOOLEAN, b"\xff" if value else b"\0")


def field(number: int, *parts: bytes, constructed: bool = True) -> bytes:
    """A field known by its number in the structure (context-specific)."""
    return encode(CONTEXT | number | (CONSTRUCTED if constructed else 0), *parts)


def null() -> bytes:
    return encode(NULL)


def oid(dotted: str) -> bytes:
    """An object identifier, tag and all."""
    first, second, *rest = map(int, dotted.split("."))
    body = b"".join(map(_base128, (40 * first + second, *rest)))
    return encode(OID, body)


def oid_text(body: bytes) -> str:
    """The body of an object identifier with dots; total, and of bounded length."""
    arcs, value = [], 0
    for octet in body[:32]:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        return "an identifier of no number"
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
