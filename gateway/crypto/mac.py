"""Road code: MD5 (RFC 1321), SHA-1 (FIPS 180-4) and HMAC of them (RFC 2104).

The SHA-2 ones are for certificates alone.

A `keyed` state is copied for every packet, which spares hashing the key each time. Nothing of
Python's own hashlib and hmac is used: they load a second OpenSSL, of 4 MB, beside cryptography's.
"""

from _operator import _compare_digest  # what hmac.compare_digest is, where hmac has no OpenSSL
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash function; `size` is its output's, in bytes."""

    name: str
    size: int


MD5: Final = Hash("md5", 16)
SHA1: Final = Hash("sha1", 20)
SHA256: Final = Hash("sha256", 32)
SHA384: Final = Hash("sha384", 48)
SHA512: Final = Hash("sha512", 64)
_ALGORITHMS: Final[dict[str, hashes.HashAlgorithm]] = {
    MD5.name: hashes.MD5(),
    SHA1.name: hashes.SHA1(),
    SHA256.name: hashes.SHA256(),
    SHA384.name: hashes.SHA384(),
    SHA512.name: hashes.SHA512(),
}


def digest(hash: Hash, data: bytes) -> bytes:
    state = hashes.Hash(_ALGORITHMS[hash.name])
    state.update(data)
    return state.finalize()


def hmac(hash: Hash, key: bytes, data: bytes) -> bytes:
    """The whole HMAC; who wants 96 bits of it cuts them off (RFC 2403, RFC 2404)."""
    state = keyed(hash, key)
    state.update(data)
    return state.finalize()


def equal(a: bytes, b: bytes) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return _compare_digest(a, b)


def keyed(hash: Hash, key: bytes) -> HMAC:
    """A state that has taken in the key: `copy()` it, then `update(data)` and `finalize()`."""
    return HMAC(key, _ALGORITHMS[hash.name])
