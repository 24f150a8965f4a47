"""Records that only who has the key can write or read: ChaCha20-Poly1305 (RFC 8439)."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY: Final = 32  # bytes
NONCE: Final = 12  # bytes; by chance, so one key is for 2^32 records at most


def seal(key: bytes, nonce: bytes, data: bytes, label: bytes) -> bytes:
    """`label` is not in the record, and has to be the same when it is opened."""
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, data, label)


def unseal(key: bytes, sealed: bytes, label: bytes) -> bytes | None:
    """None if this was not made by `seal` with this key and label."""
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE], sealed[NONCE:], label)
    except (InvalidTag, ValueError):
        return None
