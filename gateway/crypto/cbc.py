"""Road code: DES, 3DES and AES in CBC mode (FIPS 46-3, 197, SP 800-38A; RFC 2405, 2451, 3602).

IKE uses `encrypt` and `decrypt`, one context for a message. ESP would pay about 7 us a packet for
making a context, so it carries one for the life of the SA:

* Decrypting. CBC gives P_i = D(C_i) xor C_(i-1): only the block before matters. Fed with the
  packet's IV and ciphertext in one piece, the first block out mixes in the packet before and is
  cut off; all others are right.
* Encrypting. In a carried context the next IV would be the last block of the packet before,
  which an attacker has seen and can choose plaintext for. So every packet is preceded by one block
  of fresh randomness R that is never sent, and the first block out is the packet's IV:
  C_0 = E(R xor previous). R is uniform and independent of all that was sent, so R xor previous is;
  E is a permutation, so C_0 is uniform and independent too, and nobody can know it before it is on
  the wire. What follows is plain CBC with C_0 as its IV: the unpredictable IV that SP 800-38A
  (appendix C) and RFC 3602 (3) ask for, at the cost of one block more.

Single DES is 3DES with K1 = K2 = K3, exactly: E(D(E(x))) = E(x). It costs as much as 3DES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as Context
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.ciphers.modes import CBC


@dataclass(frozen=True, slots=True)
class Cipher:
    """A cipher in CBC mode; block and key lengths in bytes."""

    name: str
    block: int
    key_lengths: tuple[int, ...]


DES: Final = Cipher("des", 8, (8,))
TRIPLE_DES: Final = Cipher("3des", 8, (24,))
AES: Final = Cipher("aes", 16, (16, 24, 32))


def encrypt(cipher: Cipher, key: bytes, iv: bytes, data: bytes) -> bytes:
    """`data` must be whole blocks, else `ValueError`; the IV is not part of what is returned."""
    _check_whole(cipher, data)
    return _context(cipher, key, iv).encryptor().update(data)


def decrypt(cipher: Cipher, key: bytes, iv: bytes, data: bytes) -> bytes:
    """`data` must be whole blocks, else `ValueError`; padding is left in place."""
    _check_whole(cipher, data)
    return _context(cipher, key, iv).decryptor().update(data)


def carry_encrypt(cipher: Cipher, key: bytes) -> Callable[[bytes], bytes]:
    """A function from R + plaintext to IV + ciphertext.

    R is one block of fresh randomness, never used again and never sent: see the argument above.
    The caller gives whole blocks; anything else would stay in the context and ruin what follows.
    """
    return _context(cipher, key, bytes(cipher.block)).encryptor().update


def carry_decrypt(cipher: Cipher, key: bytes) -> Callable[[bytes], bytes]:
    """A function from IV + ciphertext to one block of nothing + plaintext; whole blocks only."""
    return _context(cipher, key, bytes(cipher.block)).decryptor().update


def _context(cipher: Cipher, key: bytes, iv: bytes) -> Context[CBC]:
    if len(key) not in cipher.key_lengths:
        raise ValueError(f"{cipher.name} has no key of {len(key)} bytes")
    if cipher.name == AES.name:
        return Context(algorithms.AES(key), CBC(iv))
    return Context(TripleDES(key * 3 if cipher.name == DES.name else key), CBC(iv))


def _check_whole(cipher: Cipher, data: bytes) -> None:
    if len(data) % cipher.block:
        raise ValueError(f"{len(data)} bytes are not whole blocks of {cipher.name}")
