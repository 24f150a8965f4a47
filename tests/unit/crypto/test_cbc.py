"""Vectors: tests/vectors/crypto/des-cbc.toml, 3des-cbc.toml, aes-cbc.toml."""

import tomllib

import pytest

from gateway.crypto.cbc import (
    AES,
    DES,
    TRIPLE_DES,
    Cipher,
    carry_decrypt,
    carry_encrypt,
    decrypt,
    encrypt,
)
from tests.captures import vectors

Case = tuple[bytes, bytes, bytes, bytes]
ALL = [(DES, "des-cbc.toml"), (TRIPLE_DES, "3des-cbc.toml"), (AES, "aes-cbc.toml")]
NAMES = ["des", "3des", "aes"]
KEY = {DES: bytes(range(8)), TRIPLE_DES: bytes(range(24)), AES: bytes(range(16))}


def cases(file: str) -> list[Case]:
    found = tomllib.loads((vectors("crypto") / file).read_text())["case"]
    names = ("key", "iv", "plaintext", "ciphertext")
    key, iv, plain, ciphertext = ([bytes.fromhex(case[name]) for case in found] for name in names)
    return list(zip(key, iv, plain, ciphertext, strict=True))


@pytest.mark.parametrize(("cipher", "file"), ALL, ids=NAMES)
def test_published_messages_are_encrypted_as_published(cipher: Cipher, file: str) -> None:
    for key, iv, plain, ciphertext in cases(file):
        assert encrypt(cipher, key, iv, plain) == ciphertext


@pytest.mark.parametrize(("cipher", "file"), ALL, ids=NAMES)
def test_published_messages_are_decrypted_as_published(cipher: Cipher, file: str) -> None:
    for key, iv, plain, ciphertext in cases(file):
        assert decrypt(cipher, key, iv, ciphertext) == plain


@pytest.mark.parametrize(("cipher", "file"), ALL, ids=NAMES)
def test_a_carried_context_decrypts_every_message_after_any_other(
    cipher: Cipher, file: str
) -> None:
    for key, iv, plain, ciphertext in cases(file):
        carried = carry_decrypt(cipher, key)
        carried(ciphertext)
        assert carried(iv + ciphertext)[cipher.block :] == plain


@pytest.mark.parametrize("cipher", [DES, TRIPLE_DES, AES], ids=NAMES)
def test_a_carried_context_sends_plain_cbc_behind_a_new_iv(cipher: Cipher) -> None:
    key, block = KEY[cipher], cipher.block
    carried = carry_encrypt(cipher, key)
    plain = bytes(range(5 * block))
    sent = [carried(bytes([mark]) * block + plain) for mark in range(50)]
    assert all(decrypt(cipher, key, each[:block], each[block:]) == plain for each in sent)
    assert len({each[:block] for each in sent}) == 50


@pytest.mark.parametrize("cipher", [DES, TRIPLE_DES, AES], ids=NAMES)
def test_the_iv_is_the_encrypted_sum_of_randomness_and_the_block_before(cipher: Cipher) -> None:
    # The argument at the head of cbc.py, in numbers.
    key, block = KEY[cipher], cipher.block
    carried = carry_encrypt(cipher, key)
    before = carried(b"\x11" * block + bytes(block))[-block:]
    iv = carried(b"\x22" * block + bytes(block))[:block]
    assert iv == encrypt(cipher, key, before, b"\x22" * block)


@pytest.mark.parametrize("cipher", [DES, TRIPLE_DES, AES], ids=NAMES)
def test_data_that_is_not_whole_blocks_is_refused(cipher: Cipher) -> None:
    key, iv = KEY[cipher], bytes(cipher.block)
    with pytest.raises(ValueError, match="not whole blocks"):
        encrypt(cipher, key, iv, bytes(cipher.block + 1))
    with pytest.raises(ValueError, match="not whole blocks"):
        decrypt(cipher, key, iv, bytes(cipher.block - 1))


@pytest.mark.parametrize(
    ("cipher", "length"), [(DES, 24), (TRIPLE_DES, 8), (TRIPLE_DES, 16), (AES, 20), (AES, 0)]
)
def test_a_key_of_a_length_the_cipher_has_not_is_refused(cipher: Cipher, length: int) -> None:
    with pytest.raises(ValueError, match=f"no key of {length} bytes"):
        carry_encrypt(cipher, bytes(length))


def test_no_data_gives_no_data() -> None:
    assert encrypt(AES, KEY[AES], bytes(16), b"") == b""
