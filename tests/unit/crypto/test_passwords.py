"""Vectors: tests/vectors/crypto/passwords.toml."""

import tomllib

import pytest

from gateway.crypto.passwords import LONGEST, Hashes, nt_hash
from tests.captures import vectors

CASES = tomllib.loads((vectors("crypto") / "passwords.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["password"])
def test_published_passwords_have_their_published_hashes(case: dict[str, str]) -> None:
    assert nt_hash(case["password"]).hex() == case["nt"]


def test_letters_beyond_ascii_are_taken_as_utf_16() -> None:
    assert nt_hash("\u00a7") != nt_hash("?")
    assert nt_hash("\U0001f511") != nt_hash("\ufffd")


def test_what_windows_cannot_have_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match=f"at most {LONGEST} characters"):
        nt_hash("x" * (LONGEST + 1))
    with pytest.raises(ValueError, match="no letter") as refused:
        nt_hash("secret\udc80")
    assert "secret" not in str(refused.value)


def test_hashes_are_not_shown() -> None:
    assert repr(Hashes(b"n" * 16, b"l" * 16)) == "Hashes()"
