"""Weak keys, told by what they do (FIPS 74, 3.6): to encrypt twice, or once by each of a pair,
gives the plaintext back. So the list needs no other list to be checked with."""

from itertools import product

import pytest

from gateway.crypto.cbc import AES, DES, TRIPLE_DES, encrypt
from gateway.crypto.weak import is_weak

BYTES = (0x01, 0x1F, 0xE0, 0xFE)  # halves of the key schedule's registers, all zeros or all ones
BLOCK = bytes.fromhex("0123456789abcdef")


def key_of(first: int, second: int) -> bytes:
    """A key whose two registers repeat with a period of at most two."""
    later = {0x01: 0x01, 0x1F: 0x0E, 0xE0: 0xF1, 0xFE: 0xFE}
    return bytes((first, second) * 2) + bytes((later[first], later[second]) * 2)


PAIRED = [key_of(*pair) for pair in product(BYTES, BYTES)]


@pytest.mark.parametrize("key", PAIRED, ids=bytes.hex)
def test_a_key_that_another_or_itself_undoes_is_weak(key: bytes) -> None:
    other = bytes((key[1], key[0])) * 2 + bytes((key[5], key[4])) * 2
    once = encrypt(DES, key, bytes(8), BLOCK)
    assert encrypt(DES, other, bytes(8), once) == BLOCK
    assert is_weak(DES, key)


def test_the_parity_bit_makes_no_difference() -> None:
    assert all(is_weak(DES, bytes(octet ^ 1 for octet in key)) for key in PAIRED)


def test_there_are_no_others() -> None:
    one_bit_off = [bytes((key[0] ^ 0x10,)) + key[1:] for key in PAIRED]
    assert not any(is_weak(DES, key) for key in [*one_bit_off, bytes(range(8)), BLOCK])


@pytest.mark.parametrize("parts", ["aab", "abb", "aaa"])
def test_two_neighbours_alike_make_single_des_of_three(parts: str) -> None:
    chosen = {"a": b"\x23\x45\x67\x89\xab\xcd\xef\x01", "b": b"\x01\x23\x45\x67\x89\xab\xcd\xef"}
    key = b"".join(chosen[part] for part in parts)
    assert is_weak(TRIPLE_DES, key)
    assert is_weak(TRIPLE_DES, bytes(octet ^ 1 for octet in key[:8]) + key[8:])
    single = {"aab": "b", "abb": "a", "aaa": "a"}[parts]
    data = bytes(range(24))
    assert encrypt(TRIPLE_DES, key, BLOCK, data) == encrypt(DES, chosen[single], BLOCK, data)


def test_three_that_differ_are_good_though_one_of_them_be_weak() -> None:
    assert not is_weak(TRIPLE_DES, PAIRED[0] + BLOCK + PAIRED[0])
    assert not is_weak(TRIPLE_DES, bytes(range(24)))


def test_aes_has_no_weak_keys() -> None:
    assert not any(is_weak(AES, bytes(length)) for length in AES.key_lengths)
