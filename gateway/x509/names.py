"""Distinguished names (RFC 5280, 4.1.2.4): as bytes for comparing, as text for people.

Two names are the same if their bytes are: that is how every issuer and every old client writes
them. An owner's `CN=press-3` is compared by attributes instead.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.wire.cursor import WireError
from gateway.x509.der import (
    BMP,
    IA5,
    OID,
    PRINTABLE,
    SEQUENCE,
    SET,
    TELETEX,
    UNIVERSAL,
    UTF8,
    Der,
    Element,
    encode,
    oid,
    oid_text,
    sequence,
    set_of,
)
from gateway.x509.errors import BadDer

Attributes = tuple[tuple[str, str], ...]  # type and value, in their order
LONGEST_NAME: Final = 1024  # bytes
MOST_ATTRIBUTES: Final = 32
LONGEST_VALUE: Final = 64  # letters of a value somebody writes (RFC 5280, appendix A)
_TYPES: Final = {
    "CN": "2.5.4.3",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "E": "1.2.840.113549.1.9.1",
}
TYPES: Final = tuple(_TYPES)
_BY_OID: Final = {dotted: name for name, dotted in _TYPES.items()}
_CODECS: Final = {
    UTF8: "utf-8",
    PRINTABLE: "ascii",
    IA5: "ascii",
    TELETEX: "latin-1",
    BMP: "utf-16-be",
    UNIVERSAL: "utf-32-be",
}
_PRINTABLE_LETTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"
)


def read_name(name: bytes) -> Attributes:
    """The attributes of a whole name, tag included; BadDer if it is none."""
    if len(name) > LONGEST_NAME:
        raise BadDer(f"a name of {len(name)} bytes")
    outer = Der(name)
    found = tuple(_attributes(outer.inside(SEQUENCE)))
    outer.end()
    if len(found) > MOST_ATTRIBUTES:
        raise BadDer(f"a name of {len(found)} parts")
    return found


def _attributes(rdns: Der) -> Iterator[tuple[str, str]]:
    while rdns.more:
        rdn = rdns.inside(SET)
        while rdn.more:
            pair = rdn.inside(SEQUENCE)
            dotted = oid_text(pair.body(OID))
            yield _BY_OID.get(dotted, dotted), _text(pair.any())
            pair.end()


def _text(value: Element) -> str:
    """Letters that cannot be read are replaced: a name is compared with an owner's by them."""
    codec = _CODECS.get(value.tag)
    return value.body.decode(codec, "replace") if codec else f"#{value.body.hex()}"


def name_text(name: bytes) -> str:
    """For people: CN=press-3, O=Works. Nothing a peer put in it can upset a terminal."""
    try:
        attributes = read_name(name)
    except WireError:
        return "a name that cannot be read"
    return attributes_text(attributes)


def attributes_text(attributes: Attributes) -> str:
    return ", ".join(f"{kind}={_escaped(value)}" for kind, value in attributes) or "nobody"


def _escaped(value: str) -> str:
    return "".join(
        ("\\" + letter if letter in ',\\="' else letter)
        if letter.isprintable()
        else letter.encode("unicode_escape").decode()
        for letter in value[:128]
    )


def parse_text(text: str) -> Attributes:
    """What an owner writes: `CN=press-3, O=Works`. ValueError with a clause why it is none."""
    found = []
    for part in _parts(text):
        kind, equals, value = part.partition("=")
        kind = kind.strip().upper()
        if not equals or not value.strip():
            raise ValueError("is no name such as CN=press-3, O=Works")
        if kind not in _TYPES:
            raise ValueError(f"has {kind[:20]!r} in it; known are {', '.join(TYPES)}")
        found.append((kind, value.strip()))
    return tuple(found)


def _parts(text: str) -> list[str]:
    """Between the commas; one behind a backslash is a letter like any other."""
    parts, escaped = [""], False
    for letter in text:
        if escaped or letter not in ",\\":
            parts[-1] += letter
            escaped = False
        elif letter == ",":
            parts.append("")
        else:
            escaped = True
    return parts


def build_name(attributes: Sequence[tuple[str, str]]) -> bytes:
    """One attribute to each step. PrintableString where it will do: the oldest readers know it."""
    return sequence(
        *(set_of(sequence(oid(_TYPES[kind]), _value(kind, value))) for kind, value in attributes)
    )


def _value(kind: str, value: str) -> bytes:
    if kind in ("E", "DC"):
        return encode(IA5, value.encode("ascii"))
    if set(value) <= _PRINTABLE_LETTERS:
        return encode(PRINTABLE, value.encode())
    return encode(UTF8, value.encode())


def has_attributes(name: bytes, wanted: Attributes) -> bool:
    """Whether all that an owner wrote stands in a certificate's name, to the letter."""
    try:
        there = read_name(name)
    except WireError:
        return False
    return all(one in there for one in wanted)
