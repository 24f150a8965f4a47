"""Vectors: tests/vectors/crypto/passwords.toml; DES of one block from des-cbc.toml."""

import tomllib

import pytest

from gateway.crypto.lm import des, lm_hash
from tests.captures import vectors


def cases(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads((vectors("crypto") / name).read_text())["case"]
    return found


@pytest.mark.parametrize("case", cases("passwords.toml"), ids=lambda case: case["password"])
def test_published_passwords_have_their_published_hashes(case: dict[str, str]) -> None:
    found = lm_hash(case["password"])
    assert found is not None
    assert found.hex() == case["lm"]


def test_capitals_make_no_difference_and_length_does() -> None:
    assert lm_hash("clientpass") == lm_hash("CLIENTPASS")
    assert lm_hash("x" * 14) is not None
    assert lm_hash("x" * 15) is None
    assert lm_hash("\u00e9") is None


@pytest.mark.parametrize("case", cases("des-cbc.toml")[::7], ids=lambda case: case["key"])
def test_a_key_of_seven_bytes_is_the_published_key_without_its_parity(case: dict[str, str]) -> None:
    """The vectors' IV is zero, and so is all but one bit of their keys."""
    bits = "".join(f"{byte >> 1:07b}" for byte in bytes.fromhex(case["key"]))
    key = int(bits, 2).to_bytes(7, "big")
    assert des(key, bytes.fromhex(case["plaintext"])).hex() == case["ciphertext"]


@pytest.mark.parametrize("length", [0, 6, 8])
def test_other_keys_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="56 bits"):
        des(bytes(length), bytes(8))
