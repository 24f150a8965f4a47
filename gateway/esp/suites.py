"""The suites an SA can have: a cipher in CBC mode and an HMAC cut to 96 bits."""

from dataclasses import dataclass
from typing import Final

from gateway.crypto.cbc import AES, DES, TRIPLE_DES, Cipher
from gateway.crypto.mac import MD5, SHA1, Hash
from gateway.esp.errors import BadKeymat, UnknownSuite


@dataclass(frozen=True, slots=True)
class Suite:
    """`key_length` is the cipher's, in bytes; the HMAC's key is as long as its hash."""

    name: str
    cipher: Cipher
    key_length: int
    hash: Hash

    @property
    def keymat_length(self) -> int:
        """Bytes of KEYMAT (RFC 2409, 5.5) one direction needs."""
        return self.key_length + self.hash.size


_CIPHERS: Final = {
    "des": (DES, 8),
    "3des": (TRIPLE_DES, 24),
    "aes128": (AES, 16),
    "aes192": (AES, 24),
    "aes256": (AES, 32),
}

SUITES: Final[dict[str, Suite]] = {
    f"{name}-{hash.name}": Suite(f"{name}-{hash.name}", cipher, key_length, hash)
    for name, (cipher, key_length) in _CIPHERS.items()
    for hash in (MD5, SHA1)
}


def find_suite(name: str) -> Suite:
    """The suite of this name, such as "3des-sha1", or `UnknownSuite`."""
    if name not in SUITES:
        raise UnknownSuite(name)
    return SUITES[name]


def split_keymat(suite: Suite, keymat: bytes) -> tuple[bytes, bytes]:
    """Cipher key and HMAC key: encryption takes the first bits (RFC 2401, 4.1; RFC 2407, 4.4.4)."""
    if len(keymat) != suite.keymat_length:
        raise BadKeymat(f"{suite.name} takes {suite.keymat_length} bytes, not {len(keymat)}")
    return keymat[: suite.key_length], keymat[suite.key_length :]
