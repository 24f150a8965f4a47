"""MD4 (RFC 1320), which OpenSSL 3 keeps in a provider that not every machine has.

Broken as a hash, and here for one thing only: a Windows password's NT hash is MD4 of it.
"""

from struct import Struct
from typing import Final

SIZE: Final = 16  # bytes
_BLOCK: Final = 64
_MASK: Final = 0xFFFFFFFF
_WORDS: Final = Struct("<16I")
_STATE: Final = Struct("<4I")
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)  # 3.3

# 3.4: of each round its constant, the order of the words, and the rotations, in turn.
_ROUNDS: Final = (
    (0, tuple(range(16)), (3, 7, 11, 19)),
    (0x5A827999, (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), (3, 5, 9, 13)),
    (0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)


def md4(data: bytes) -> bytes:
    """The digest of sixteen bytes."""
    length = (8 * len(data)).to_bytes(8, "little")
    padded = data + b"\x80" + bytes(-(len(data) + 9) % _BLOCK) + length
    state: tuple[int, ...] = _START
    for at in range(0, len(padded), _BLOCK):
        state = _mixed(state, _WORDS.unpack_from(padded, at))
    return _STATE.pack(*state)


def _mixed(state: tuple[int, ...], words: tuple[int, ...]) -> tuple[int, ...]:
    a, b, c, d = state
    for number, (constant, order, rotations) in enumerate(_ROUNDS):
        for step, index in enumerate(order):
            total = (a + _chosen(number, b, c, d) + words[index] + constant) & _MASK
            turn = rotations[step % 4]
            a, b, c, d = d, (total << turn | total >> (32 - turn)) & _MASK, b, c
    return tuple((old + new) & _MASK for old, new in zip(state, (a, b, c, d), strict=True))


def _chosen(number: int, x: int, y: int, z: int) -> int:
    """F, G and H of 3.4."""
    if number == 0:
        return (x & y) | (~x & z)
    if number == 1:
        return (x & y) | (x & z) | (y & z)
    return x ^ y ^ z
