"""Certificates in messages: payloads of kind 6 and 7 (RFC 2408, 3.9, 3.10; RFC 4945, 3.2, 3.3).

What came is read and bounded here; whether it is believed is decided in `signature.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from gateway.crypto.mac import SHA1, digest
from gateway.crypto.rsa import PrivateKey
from gateway.ike.numbers import RSA_SIGNATURES, Kind
from gateway.ike.payloads import Payload, all_of
from gateway.wire.cursor import WireError
from gateway.x509.certificate import Certificate, parse_certificate
from gateway.x509.path import Authority
from gateway.x509.pkcs7 import parse_pkcs7

MOST_CERTIFICATES: Final = 8  # of one client, whatever they came in
MOST_REQUESTS: Final = 16  # that we send, and that we remember
ANYBODY: Final = b""  # a request that names no authority: whatever there is


class Encoding(IntEnum):
    """Those of RFC 2408, 3.9 that are acted on; a list of revoked certificates is passed over."""

    PKCS7 = 1  # Windows XP wraps its chain in it (SS 6d3e7a64a0)
    X509_SIGNATURE = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate of our own with those between it and its authority, and the key to it.

    With `always` it is sent whether or not somebody has asked for it.
    """

    chain: tuple[Certificate, ...]  # our own first
    key: PrivateKey = field(repr=False)
    always: bool = True

    @property
    def certificate(self) -> Certificate:
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class Signing:
    """What an owner allows where certificates are concerned; `date` is in seconds since 1970."""

    identities: tuple[Identity, ...]
    authorities: tuple[Authority, ...]
    date: float


def certificates_of(payloads: Iterable[Payload]) -> tuple[Certificate, ...]:
    """Every certificate that can be read, in its order; the others are as good as none."""
    found: list[Certificate] = []
    for body in all_of(payloads, Kind.CERT):
        if len(found) >= MOST_CERTIFICATES:
            break
        found += _read(body)
    return tuple(dict.fromkeys(found))[:MOST_CERTIFICATES]


def _read(body: bytes) -> Sequence[Certificate]:
    try:
        match body[:1]:
            case b"\4":
                return (parse_certificate(body[1:]),)
            case b"\1":
                return parse_pkcs7(body[1:])
    except WireError:  # one that is broken does not hide what stands beside it
        pass
    return ()


def requests_in(payloads: Iterable[Payload]) -> frozenset[bytes]:
    """The names of the authorities that a client asks for, by their hash: they may be long."""
    bodies = [body for body in all_of(payloads, Kind.CERT_REQUEST) if body[:1] in (b"\1", b"\4")]
    return frozenset(_mark(body[1:]) for body in bodies[:MOST_REQUESTS])


def requests_for(signing: Signing | None, method: int) -> list[Payload]:
    """What we ask a client for that proves itself so: whose certificates are good here."""
    if signing is None or method != RSA_SIGNATURES:
        return []
    names = dict.fromkeys(authority.certificate.subject for authority in signing.authorities)
    return [
        Payload(Kind.CERT_REQUEST, bytes((Encoding.X509_SIGNATURE,)) + name)
        for name in list(names)[:MOST_REQUESTS]
    ]


def choose_identity(signing: Signing, asked: frozenset[bytes]) -> Identity:
    """The first whose chain leads to somebody the client has asked for; else the first of all."""
    for identity in signing.identities:
        if _is_asked_for(identity, asked):
            return identity
    return signing.identities[0]


def own_certificates(identity: Identity, asked: frozenset[bytes]) -> list[Payload]:
    """Our certificate and those above it, each in a payload of its own; the root stays at home."""
    if not identity.always and not _is_asked_for(identity, asked):
        return []
    own, *above = identity.chain
    sent = [own, *(one for one in above if not one.is_self_issued)]
    head = bytes((Encoding.X509_SIGNATURE,))
    return [Payload(Kind.CERT, head + one.der) for one in sent]


def _is_asked_for(identity: Identity, asked: frozenset[bytes]) -> bool:
    issuers = {_mark(one.issuer) for one in identity.chain}
    return ANYBODY in asked or bool(issuers & asked)


def _mark(name: bytes) -> bytes:
    return digest(SHA1, name) if name else ANYBODY
