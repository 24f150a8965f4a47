"""Making certificates and lists of revoked ones (RFC 5280), as old Windows wants them.

Built and signed here, because libraries refuse to sign with SHA-1, which is all that Windows before
XP SP3 can check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.crypto.mac import SHA1, digest
from gateway.crypto.rsa import PrivateKey, PublicKey, Random
from gateway.x509.algorithms import signature_algorithm, signed
from gateway.x509.certificate import Certificate, parse_certificate
from gateway.x509.dates import DAY, date_bytes
from gateway.x509.der import bit_string, field, integer, sequence
from gateway.x509.extensions import (
    CLIENT_AUTH,
    CRL_NUMBER,
    CRL_SIGN,
    DIGITAL_SIGNATURE,
    IKE_INTERMEDIATE,
    KEY_CERT_SIGN,
    KEY_ENCIPHERMENT,
    SERVER_AUTH,
    AltName,
    alt_names,
    basic_constraints,
    extension,
    issuer_key,
    key_usage,
    purposes,
    subject_key,
)
from gateway.x509.keys import public_key_bytes
from gateway.x509.names import Attributes, build_name

VERSION_3: Final = 2
BACKDATED: Final = DAY  # seconds: a client's clock may be somewhat behind
_SERIAL_BYTES: Final = 9  # 71 bits of chance: old readers take twenty bytes at most


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: a certificate and the key to it, and with which hash."""

    certificate: Certificate
    key: PrivateKey
    hash: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for, and the days it is good for (seconds since 1970)."""

    name: Attributes
    key: PublicKey
    not_before: int
    not_after: int


def make_root(key: PrivateKey, subject: Subject, hash: str, random: Random) -> Certificate:
    """A self-signed authority that has only machines below it."""
    name = build_name(subject.name)
    extensions = (
        basic_constraints(is_ca=True, path_length=0),
        key_usage(KEY_CERT_SIGN | CRL_SIGN),
        subject_key(key_identifier(key.public)),
    )
    tbs = _tbs(new_serial(random), hash, name, subject, extensions)
    return _signed(tbs, hash, key, random)


def issue(
    issuer: Issuer, subject: Subject, names: Sequence[AltName], serial: int, random: Random
) -> Certificate:
    """A machine's certificate. It ends when its issuer does, at the latest.

    Purposes: Windows wants server authentication of whom it dials, and looks for the old purpose
    of IKE; client authentication lets one kind of certificate do for both ends.
    """
    root = issuer.certificate
    bounded = Subject(
        subject.name,
        subject.key,
        max(subject.not_before, root.not_before),
        min(subject.not_after, root.not_after),
    )
    extensions = (
        basic_constraints(is_ca=False),
        key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
        purposes(SERVER_AUTH, CLIENT_AUTH, IKE_INTERMEDIATE),
        *([alt_names(tuple(names))] if names else []),
        subject_key(key_identifier(subject.key)),
        issuer_key(key_identifier(issuer.key.public)),
    )
    tbs = _tbs(serial, issuer.hash, root.subject, bounded, extensions)
    return _signed(tbs, issuer.hash, issuer.key, random)


def make_crl(
    issuer: Issuer,
    number: int,
    revoked: Sequence[tuple[int, int]],
    days: tuple[int, int],
    random: Random,
) -> bytes:
    """`revoked` are serial numbers, each with its moment; `days` from when to when it holds."""
    entries = [sequence(integer(serial), date_bytes(when)) for serial, when in revoked]
    extensions = (
        issuer_key(key_identifier(issuer.key.public)),
        extension(CRL_NUMBER, integer(number)),
    )
    this_update, next_update = days
    tbs = sequence(
        integer(1),
        signature_algorithm(issuer.hash),
        issuer.certificate.subject,
        date_bytes(this_update),
        date_bytes(next_update),
        *([sequence(*entries)] if entries else []),  # an empty list is left out (5.1.2.6)
        field(0, sequence(*extensions)),
    )
    signature = signed(issuer.key, issuer.hash, tbs, random)
    return sequence(tbs, signature_algorithm(issuer.hash), bit_string(signature))


def key_identifier(key: PublicKey) -> bytes:
    """SHA-1 of the key's own bits (RFC 5280, 4.2.1.2)."""
    return digest(SHA1, sequence(integer(key.n), integer(key.e)))


def new_serial(random: Random) -> int:
    """Chance, so that nobody can make two certificates with one signature; never 0 or below."""
    return int.from_bytes(random(_SERIAL_BYTES), "big") >> 1 | 1


def _tbs(
    serial: int, hash: str, issuer: bytes, subject: Subject, extensions: Sequence[bytes]
) -> bytes:
    return sequence(
        field(0, integer(VERSION_3)),
        integer(serial),
        signature_algorithm(hash),
        issuer,
        sequence(date_bytes(subject.not_before), date_bytes(subject.not_after)),
        build_name(subject.name),
        public_key_bytes(subject.key),
        field(3, sequence(*extensions)),
    )


def _signed(tbs: bytes, hash: str, key: PrivateKey, random: Random) -> Certificate:
    whole = sequence(tbs, signature_algorithm(hash), bit_string(signed(key, hash, tbs, random)))
    return parse_certificate(whole)
