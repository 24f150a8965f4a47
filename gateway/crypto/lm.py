"""LM hashes, and DES as Windows' passwords use it (RFC 2433, A.3 and A.9).

Apart from `passwords.py`, because it loads OpenSSL, which most who deal in passwords never need.
"""

from typing import Final

from gateway.crypto.cbc import DES, encrypt

LONGEST_LM: Final = 14  # characters
_LM_TEXT: Final = b"KGS!@#$%"  # A.3: the clear text that LM hashes are of
_NOTHING: Final = bytes(8)


def lm_hash(password: str) -> bytes | None:
    """Two DES halves of the password in capitals; None for one that has no such hash.

    Letters beyond ASCII are in each country's own alphabet there, so they have none here.
    """
    if len(password) > LONGEST_LM or not password.isascii():
        return None
    octets = password.upper().encode().ljust(LONGEST_LM, b"\0")
    return des(octets[:7], _LM_TEXT) + des(octets[7:], _LM_TEXT)


def des(key: bytes, block: bytes) -> bytes:
    """One block under a key of 56 bits in seven bytes: parity is put in between (A.9)."""
    return encrypt(DES, _with_parity(key), _NOTHING, block)  # CBC of one block after zeros is ECB


def _with_parity(key: bytes) -> bytes:
    if len(key) != 7:
        raise ValueError(f"56 bits are 7 bytes, not {len(key)}")
    bits = int.from_bytes(key, "big")
    sevens = [bits >> shift & 0x7F for shift in range(49, -7, -7)]
    return bytes(seven << 1 | (seven.bit_count() + 1) % 2 for seven in sevens)
