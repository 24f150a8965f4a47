"""Keys of DES and 3DES that are none (RFC 2409, appendix A; RFC 2451, 2.3).

Four keys of DES undo themselves, and twelve undo each other. One in 2^52 that is drawn by chance
is such a key, so nobody has met one; but to look costs less than a microsecond for an SA.
"""

from typing import Final

from gateway.crypto.cbc import DES, TRIPLE_DES, Cipher

_PARITY: Final = 0xFE  # the lowest bit of each byte is not used (FIPS 46-3)
_WEAK: Final = (
    "0101010101010101 fefefefefefefefe 1f1f1f1f0e0e0e0e e0e0e0e0f1f1f1f1 "  # of their own
    "01fe01fe01fe01fe 1fe01fe00ef10ef1 01e001e001f101f1 1ffe1ffe0efe0efe "  # and six pairs
    "011f011f010e010e e0fee0fef1fef1fe fe01fe01fe01fe01 e01fe01ff10ef10e "
    "e001e001f101f101 fe1ffe1ffe0efe0e 1f011f010e010e01 fee0fee0fef1fef1"
)


def is_weak(cipher: Cipher, key: bytes) -> bool:
    """Whether no SA may have this key.

    Of 3DES the parts may be weak, for the others make up for it; but where two neighbours are the
    same the whole is single DES, and then it MUST be rejected (RFC 2451, 2.3).
    """
    bits = _without_parity(key)
    if cipher is DES:
        return bits in _KEYS
    if cipher is TRIPLE_DES:
        return bits[8:16] in (bits[:8], bits[16:])
    return False


def _without_parity(key: bytes) -> bytes:
    return bytes(octet & _PARITY for octet in key)


_KEYS: Final = frozenset(_without_parity(bytes.fromhex(key)) for key in _WEAK.split())
