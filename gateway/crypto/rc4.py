"""Road code: RC4 as MPPE uses it, a stream that goes on from packet to packet (RFC 3078, 5).

By cryptography's decrepit part; OpenSSL has it in its legacy provider, without which cryptography
does not start at all.
"""

from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher


def stream(key: bytes) -> Callable[[bytes], bytes]:
    """A function that encrypts, or decrypts, what follows what it was given before.

    ValueError for a key of another length than 8 or 16 bytes.
    """
    if len(key) not in (8, 16):
        raise ValueError(f"MPPE has no key of {len(key)} bytes")
    return Cipher(ARC4(key), None).encryptor().update
