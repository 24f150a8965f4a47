"""Road code: MD5 (RFC 1321), SHA-1 (FIPS 180-4) and HMAC of them (RFC 2104).

A `keyed` state is copied for every packet, which spares hashing the key each time.
"""

import hashlib
import hmac as standard_hmac
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash function by the name hashlib knows it by; `size` is its output's, in bytes."""

    name: str
    size: int


MD5: Final = Hash("md5", 16)
SHA1: Final = Hash("sha1", 20)


def digest(hash: Hash, data: bytes) -> bytes:
    # Said not to be for security, or an OpenSSL in FIPS mode refuses what old clients need.
    return hashlib.new(hash.name, data, usedforsecurity=False).digest()


def hmac(hash: Hash, key: bytes, data: bytes) -> bytes:
    """The whole HMAC; who wants 96 bits of it cuts them off (RFC 2403, RFC 2404)."""
    return standard_hmac.digest(key, data, hash.name)


def equal(a: bytes, b: bytes) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return standard_hmac.compare_digest(a, b)


def keyed(hash: Hash, key: bytes) -> HMAC:
    """A state that has taken in the key: `copy()` it, then `update(data)` and `finalize()`."""
    return HMAC(key, hashes.MD5() if hash.name == MD5.name else hashes.SHA1())
