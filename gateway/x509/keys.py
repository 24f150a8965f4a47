"""RSA keys as bytes: RFC 5280, 4.1.2.7; PKCS#1 (RFC 8017, A.1); PKCS#8 (RFC 5208)."""

from gateway.crypto.rsa import PrivateKey, PublicKey, agrees, unusable
from gateway.wire.cursor import WireError
from gateway.x509.algorithms import RSA
from gateway.x509.der import (
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    Der,
    bit_string,
    integer,
    null,
    octets,
    oid,
    oid_text,
    sequence,
)
from gateway.x509.errors import BadDer
from gateway.x509.pem import PRIVATE_KEY, RSA_PRIVATE_KEY, build_pem, read_pem


class BadKey(ValueError):
    """What should be a private key and is not; the text ends a sentence and has nothing of it."""


def read_public_key(der: Der) -> PublicKey | None:
    """The next element, a SubjectPublicKeyInfo; None if it is not for RSA."""
    info = der.inside(SEQUENCE)
    algorithm = info.inside(SEQUENCE)
    dotted = oid_text(algorithm.body(OID))
    bits = info.bits()
    info.end()
    if dotted != RSA:
        return None
    inside = Der(bits).inside(SEQUENCE)
    n, e = inside.number(), inside.number()
    inside.end()
    if n <= 0 or e <= 0:
        raise BadDer("an RSA key below zero")
    return PublicKey(n, e)


def public_key_bytes(key: PublicKey) -> bytes:
    """A SubjectPublicKeyInfo."""
    inside = sequence(integer(key.n), integer(key.e))
    return sequence(sequence(oid(RSA), null()), bit_string(inside))


def read_private_pem(text: str) -> PrivateKey:
    """The first private key of a text. BadKey also if its parts do not belong together."""
    for label, data in read_pem(text):
        if label in (PRIVATE_KEY, RSA_PRIVATE_KEY):
            return _checked(label, data)
    if "ENCRYPTED" in text:
        raise BadKey("is locked with a passphrase, which nobody types at a start")
    raise BadKey("has no RSA PRIVATE KEY or PRIVATE KEY in it")


def _checked(label: str, data: bytes) -> PrivateKey:
    if not data:
        raise BadKey("is locked with a passphrase, or is not whole")
    try:
        key = read_pkcs8(data) if label == PRIVATE_KEY else read_pkcs1(data)
    except WireError:
        raise BadKey("has a private key in it that is not RSA, or not whole") from None
    if wrong := unusable(key.public):
        raise BadKey(f"cannot be used: {wrong}")
    if not agrees(key):
        raise BadKey("has a private key in it whose parts do not belong together")
    return key


def read_pkcs8(data: bytes) -> PrivateKey:
    outer = Der(data)
    info = outer.inside(SEQUENCE)
    outer.end()
    info.number()
    algorithm = info.inside(SEQUENCE)
    if oid_text(algorithm.body(OID)) != RSA:
        raise BadDer("a private key that is not RSA")
    algorithm.optional(NULL)
    return read_pkcs1(info.body(OCTETS))


def read_pkcs1(data: bytes) -> PrivateKey:
    outer = Der(data)
    inside = outer.inside(SEQUENCE)
    outer.end()
    version, n, e, d, p, q, d_p, d_q, inverse = (inside.number() for _ in range(9))
    if version != 0 or min(n, e, d, p, q, d_p, d_q, inverse) <= 0:
        raise BadDer("a private key of no known form")
    return PrivateKey(n, e, d, p, q, d_p, d_q, inverse)


def pkcs8_bytes(key: PrivateKey) -> bytes:
    numbers = (0, key.n, key.e, key.d, key.p, key.q, key.d_p, key.d_q, key.q_inverse)
    inside = sequence(*map(integer, numbers))
    return sequence(integer(0), sequence(oid(RSA), null()), octets(inside))


def private_pem(key: PrivateKey) -> str:
    return build_pem(PRIVATE_KEY, pkcs8_bytes(key))
