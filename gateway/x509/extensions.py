"""Extensions of certificates and of lists (RFC 5280, 4.2 and 5.2): those that are acted on.

What is marked critical and not understood is kept by name: a certificate with it is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, NamedTuple

from gateway.x509.der import (
    BIT_STRING,
    BOOLEAN,
    CONTEXT,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    Der,
    Element,
    bit_string,
    boolean,
    field,
    integer,
    octets,
    oid,
    oid_text,
    sequence,
)
from gateway.x509.errors import BadDer

MOST: Final = 32  # extensions of one certificate
MOST_NAMES: Final = 64  # alternative names, and purposes
BASIC_CONSTRAINTS, KEY_USAGE, PURPOSES = "2.5.29.19", "2.5.29.15", "2.5.29.37"
ALT_NAMES, SUBJECT_KEY, ISSUER_KEY = "2.5.29.17", "2.5.29.14", "2.5.29.35"
CRL_NUMBER: Final = "2.5.29.20"
POLICIES: Final = "2.5.29.32"  # we ask for none, so whatever stands there is met
NAME_CONSTRAINTS: Final = "2.5.29.30"  # not understood, so never passed over, critical or not

# Bits of key usage, the first bit on the left (4.2.1.3).
DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_ENCIPHERMENT = 0x80, 0x40, 0x20
KEY_CERT_SIGN, CRL_SIGN = 0x04, 0x02

SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
IKE_INTERMEDIATE: Final = "1.3.6.1.5.5.8.2.2"  # Windows looks for it
# Purposes a machine that dials may have; with any other alone it is for something else.
FOR_IKE: Final = frozenset(
    (SERVER_AUTH, CLIENT_AUTH, IKE_INTERMEDIATE)
    + ("1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7", "1.3.6.1.5.5.7.3.17")
    + ("2.5.29.37.0",)
)


class AltKind(IntEnum):
    """Kinds of alternative names: their numbers as fields (4.2.1.6)."""

    EMAIL = 1
    DNS = 2
    IP = 7


class AltName(NamedTuple):
    kind: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Extensions:
    """None where a certificate says nothing. `unknown` are those that forbid its use."""

    is_ca: bool = False
    path_length: int | None = None
    key_usage: int | None = None
    purposes: frozenset[str] | None = None
    names: tuple[AltName, ...] = ()
    unknown: tuple[str, ...] = ()


def read_extensions(der: Der) -> Extensions:
    """BadDer also for one that is there twice."""
    found, seen = Extensions(), set[str]()
    for dotted, critical, value in _each(der):
        if dotted in seen or len(seen) == MOST:
            raise BadDer("an extension twice, or too many")
        seen.add(dotted)
        reader = _READERS.get(dotted)
        if reader is not None:
            found = reader(found, value)
        elif dotted == NAME_CONSTRAINTS or (critical and dotted != POLICIES):
            found = replace(found, unknown=(*found.unknown, dotted))
    return found


def unknown_extensions(der: Der) -> tuple[str, ...]:
    """Of a list of revoked certificates, or of an entry: those critical ones nobody here knows."""
    return tuple(dotted for dotted, critical, _ in _each(der) if critical)


def _each(der: Der) -> Iterator[tuple[str, bool, bytes]]:
    while der.more:
        one = der.inside(SEQUENCE)
        dotted = oid_text(one.body(OID))
        critical = one.optional(BOOLEAN)
        yield dotted, critical is not None and critical != b"\0", one.body(OCTETS)
        one.end()


def _basic_constraints(found: Extensions, value: bytes) -> Extensions:
    inside = _only(value, SEQUENCE)
    is_ca = inside.optional(BOOLEAN)
    length = inside.number() if inside.next_is(INTEGER) else None
    inside.end()
    if length is not None and length < 0:
        raise BadDer("a path length below zero")
    return replace(found, is_ca=is_ca is not None and is_ca != b"\0", path_length=length)


def _key_usage(found: Extensions, value: bytes) -> Extensions:
    outer = Der(value)
    bits = outer.body(BIT_STRING)
    outer.end()
    if not 1 <= len(bits) <= 3 or bits[0] > 7:
        raise BadDer("key usage of no bits")
    return replace(found, key_usage=bits[1] if len(bits) > 1 else 0)


def _purposes(found: Extensions, value: bytes) -> Extensions:
    purposes = [_dotted(element) for element in _bounded(_only(value, SEQUENCE))]
    return replace(found, purposes=frozenset(purposes))


def _dotted(element: Element) -> str:
    if element.tag != OID:
        raise BadDer("a purpose that is none")
    return oid_text(element.body)


def _alt_names(found: Extensions, value: bytes) -> Extensions:
    elements = _bounded(_only(value, SEQUENCE))
    names = (AltName(element.tag & ~CONTEXT, element.body) for element in elements)
    return replace(found, names=tuple(name for name in names if name.kind in set(AltKind)))


def _skip(found: Extensions, value: bytes) -> Extensions:
    return found


_READERS: Final[dict[str, Callable[[Extensions, bytes], Extensions]]] = {
    BASIC_CONSTRAINTS: _basic_constraints,
    KEY_USAGE: _key_usage,
    PURPOSES: _purposes,
    ALT_NAMES: _alt_names,
    SUBJECT_KEY: _skip,
    ISSUER_KEY: _skip,
}


def _only(value: bytes, tag: int) -> Der:
    outer = Der(value)
    inside = outer.inside(tag)
    outer.end()
    return inside


def _bounded(der: Der) -> list[Element]:
    found: list[Element] = []
    for element in der:
        if len(found) == MOST_NAMES:
            raise BadDer(f"more than {MOST_NAMES} names or purposes")
        found.append(element)
    return found


# Building


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    return sequence(oid(dotted), boolean(True) if critical else b"", octets(value))


def basic_constraints(*, is_ca: bool, path_length: int | None = None) -> bytes:
    length = b"" if path_length is None else integer(path_length)
    value = sequence(boolean(True) if is_ca else b"", length)
    return extension(BASIC_CONSTRAINTS, value, critical=True)


def key_usage(bits: int) -> bytes:
    unused = (bits & -bits).bit_length() - 1
    return extension(KEY_USAGE, bit_string(bytes((bits,)), unused), critical=True)


def purposes(*dotted: str) -> bytes:
    """Not critical: a Windows that does not know one of them would refuse the certificate."""
    return extension(PURPOSES, sequence(*map(oid, dotted)))


def alt_names(names: tuple[AltName, ...]) -> bytes:
    fields = (field(name.kind, name.value, constructed=False) for name in names)
    return extension(ALT_NAMES, sequence(*fields))


def subject_key(identifier: bytes) -> bytes:
    return extension(SUBJECT_KEY, octets(identifier))


def issuer_key(identifier: bytes) -> bytes:
    return extension(ISSUER_KEY, sequence(field(0, identifier, constructed=False)))
