"""Vectors: tests/vectors/crypto/rc4.toml."""

import tomllib
from typing import Any

import pytest

from gateway.crypto.rc4 import stream
from tests.captures import vectors

CASES = tomllib.loads((vectors("crypto") / "rc4.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['key'][:8]} {case['offset']}")
def test_the_published_stream_is_found_at_its_offset(case: dict[str, Any]) -> None:
    crypt = stream(bytes.fromhex(case["key"]))
    crypt(bytes(case["offset"]))
    assert crypt(bytes(16)).hex() == case["stream"]


def test_a_stream_goes_on_where_it_was() -> None:
    whole, pieces = stream(b"eight by"), stream(b"eight by")
    assert whole(bytes(100)) == pieces(bytes(1)) + pieces(b"") + pieces(bytes(99))


@pytest.mark.parametrize("length", [0, 5, 7, 9, 15, 17, 32])
def test_only_keys_that_mppe_has_are_taken(length: int) -> None:
    with pytest.raises(ValueError, match=f"no key of {length} bytes"):
        stream(bytes(length))
