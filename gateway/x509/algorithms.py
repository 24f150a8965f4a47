"""Which signature, which hash: their object identifiers (RFC 8017, appendix C; RFC 4055)."""

from typing import Final

from gateway.crypto.mac import MD5, SHA1, SHA256, SHA384, SHA512, Hash, digest
from gateway.crypto.rsa import PrivateKey, PublicKey, Random, sign, verify
from gateway.x509.der import (
    NULL,
    OID,
    SEQUENCE,
    Der,
    Element,
    null,
    octets,
    oid,
    oid_text,
    sequence,
)
from gateway.x509.errors import BadDer

RSA: Final = "1.2.840.113549.1.1.1"
_SIGNATURES: Final = {
    MD5.name: "1.2.840.113549.1.1.4",
    SHA1.name: "1.2.840.113549.1.1.5",
    SHA256.name: "1.2.840.113549.1.1.11",
    SHA384.name: "1.2.840.113549.1.1.12",
    SHA512.name: "1.2.840.113549.1.1.13",
}
_DIGESTS: Final = {
    MD5.name: "1.2.840.113549.2.5",
    SHA1.name: "1.3.14.3.2.26",
    SHA256.name: "2.16.840.1.101.3.4.2.1",
    SHA384.name: "2.16.840.1.101.3.4.2.2",
    SHA512.name: "2.16.840.1.101.3.4.2.3",
}
_NAMES: Final = {dotted: name for name, dotted in _SIGNATURES.items()} | {
    "1.3.14.3.2.29": SHA1.name,  # sha1WithRSASignature of OIW, which old makers of CAs use
}
HASHES: Final = {one.name: one for one in (MD5, SHA1, SHA256, SHA384, SHA512)}
STRONG: Final = frozenset((SHA256.name, SHA384.name, SHA512.name))
WEAK: Final = (SHA1.name, MD5.name)  # taken only where the owner says so


def read_signature_algorithm(der: Der) -> str:
    """The hash of an RSA signature by name, or the identifier of what is none of ours."""
    inside = der.inside(SEQUENCE)
    dotted = oid_text(inside.body(OID))
    name = _NAMES.get(dotted)
    if name is not None and inside.more:  # NULL, which some leave out
        if inside.body(NULL):
            raise BadDer("a NULL with something in it")
        inside.end()
    return name or dotted


def read_signed(data: bytes) -> tuple[Element, str, bytes]:
    """What is signed; the hash, or what is none of ours; the signature (RFC 5280, 4.1.1)."""
    outer = Der(data)
    whole = outer.inside(SEQUENCE)
    outer.end()
    tbs = whole.element(SEQUENCE)
    algorithm = read_signature_algorithm(whole)
    signature = whole.bits()
    whole.end()
    return tbs, algorithm, signature


def signature_algorithm(hash: str) -> bytes:
    return sequence(oid(_SIGNATURES[hash]), null())


def digest_algorithm(hash: str) -> bytes:
    return sequence(oid(_DIGESTS[hash]), null())


def digest_info(hash: Hash, data: bytes) -> bytes:
    """What a certificate's signature is of (RFC 8017, 9.2)."""
    return sequence(digest_algorithm(hash.name), octets(digest(hash, data)))


def signed_by(key: PublicKey | None, hash: str, data: bytes, signature: bytes) -> bool:
    """Whether `data` was signed by this key; False for a hash that is none of ours."""
    known = HASHES.get(hash)
    return (
        key is not None and known is not None and verify(key, digest_info(known, data), signature)
    )


def signed(key: PrivateKey, hash: str, data: bytes, random: Random) -> bytes:
    return sign(key, digest_info(HASHES[hash], data), random)
