"""PKCS#12 (RFC 7292) as the oldest readers know it: a key, its certificate, and the authority's.

pbeWithSHAAnd3-KeyTripleDES-CBC and a MAC by SHA-1, which Windows 2000 and every later one import.
It protects against a glance, not against an attacker with time: so the password is long and made
by chance, and the file is meant to be imported and destroyed.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final

from gateway.crypto.cbc import TRIPLE_DES, encrypt
from gateway.crypto.mac import SHA1, digest, hmac
from gateway.crypto.rsa import PrivateKey
from gateway.x509.algorithms import digest_algorithm
from gateway.x509.certificate import Certificate
from gateway.x509.der import BMP, encode, field, integer, octets, oid, sequence, set_of
from gateway.x509.keys import pkcs8_bytes

ROUNDS: Final = 2048
_SALT: Final = 20  # bytes
_KEY, _IV, _MAC = 1, 2, 3  # what is derived (B.3)
_BLOCK: Final = 64  # bytes, of SHA-1
_PBE_3DES: Final = "1.2.840.113549.1.12.1.3"
_KEY_BAG, _CERT_BAG = "1.2.840.113549.1.12.10.1.2", "1.2.840.113549.1.12.10.1.3"
_X509: Final = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME, _LOCAL_KEY = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
_DATA, _ENCRYPTED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"

Random = Callable[[int], bytes]


def build_pkcs12(
    name: str,
    key: PrivateKey,
    certificate: Certificate,
    others: Sequence[Certificate],
    password: str,
    random: Random,
) -> bytes:
    """The whole file; `name` is what Windows shows."""
    marks = set_of(
        _attribute(_LOCAL_KEY, octets(certificate.fingerprint(sha256=False))),
        _attribute(_FRIENDLY_NAME, encode(BMP, name.encode("utf-16-be"))),
    )
    certificates = sequence(
        _cert_bag(certificate, marks), *(_cert_bag(other, b"") for other in others)
    )
    keys = sequence(
        sequence(
            oid(_KEY_BAG), field(0, sequence(*_sealed(pkcs8_bytes(key), password, random))), marks
        )
    )
    algorithm, ciphertext = _encrypted(certificates, password, random)
    hidden = sequence(
        oid(_ENCRYPTED_DATA),
        field(
            0,
            sequence(
                integer(0),
                sequence(oid(_DATA), algorithm, field(0, ciphertext, constructed=False)),
            ),
        ),
    )
    safe = sequence(hidden, _data(keys))
    return sequence(integer(3), _data(safe), _mac(safe, password, random))


def _data(content: bytes) -> bytes:
    return sequence(oid(_DATA), field(0, octets(content)))


def _attribute(dotted: str, value: bytes) -> bytes:
    return sequence(oid(dotted), set_of(value))


def _cert_bag(certificate: Certificate, marks: bytes) -> bytes:
    inside = sequence(oid(_X509), field(0, octets(certificate.der)))
    return sequence(oid(_CERT_BAG), field(0, inside), marks)


def _sealed(plain: bytes, password: str, random: Random) -> tuple[bytes, bytes]:
    """The two fields of an EncryptedPrivateKeyInfo."""
    algorithm, ciphertext = _encrypted(plain, password, random)
    return algorithm, octets(ciphertext)


def _encrypted(plain: bytes, password: str, random: Random) -> tuple[bytes, bytes]:
    salt = random(_SALT)
    key = derive(_KEY, password, salt, ROUNDS, 24)
    iv = derive(_IV, password, salt, ROUNDS, TRIPLE_DES.block)
    padding = TRIPLE_DES.block - len(plain) % TRIPLE_DES.block
    ciphertext = encrypt(TRIPLE_DES, key, iv, plain + bytes((padding,)) * padding)
    parameters = sequence(octets(salt), integer(ROUNDS))
    return sequence(oid(_PBE_3DES), parameters), ciphertext


def _mac(safe: bytes, password: str, random: Random) -> bytes:
    salt = random(_SALT)
    key = derive(_MAC, password, salt, ROUNDS, SHA1.size)
    value = sequence(digest_algorithm(SHA1.name), octets(hmac(SHA1, key, safe)))
    return sequence(value, octets(salt), integer(ROUNDS))


def derive(purpose: int, password: str, salt: bytes, rounds: int, length: int) -> bytes:
    """A key out of a password (RFC 7292, B.2), which is UTF-16 with two zeros behind it."""
    secret = (password + "\0").encode("utf-16-be")
    start = bytes((purpose,)) * _BLOCK
    mixed = _filled(salt) + _filled(secret)
    found = b""
    while len(found) < length:
        value = start + mixed
        for _ in range(rounds):
            value = digest(SHA1, value)
        found += value
        step = int.from_bytes(_filled(value)[:_BLOCK], "big") + 1
        mixed = b"".join(
            ((int.from_bytes(mixed[at : at + _BLOCK], "big") + step) % (1 << 8 * _BLOCK)).to_bytes(
                _BLOCK, "big"
            )
            for at in range(0, len(mixed), _BLOCK)
        )
    return found[:length]


def _filled(text: bytes) -> bytes:
    """Repeated to whole blocks."""
    size = _BLOCK * ceil(len(text) / _BLOCK)
    return (text * (size // len(text) + 1))[:size] if text else b""
