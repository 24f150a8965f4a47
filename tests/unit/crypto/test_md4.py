"""Vectors: tests/vectors/crypto/md4.toml."""

import tomllib

import pytest

from gateway.crypto.md4 import SIZE, md4
from tests.captures import vectors

CASES = tomllib.loads((vectors("crypto") / "md4.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:12] or "nothing")
def test_published_texts_have_their_published_digests(case: dict[str, str]) -> None:
    assert md4(case["text"].encode()).hex() == case["digest"]


@pytest.mark.parametrize("length", [55, 56, 63, 64, 65, 119, 120, 128])
def test_a_digest_is_sixteen_bytes_wherever_the_padding_falls(length: int) -> None:
    assert len(md4(bytes(length))) == SIZE
    assert len({md4(bytes(length)), md4(bytes(length + 1)), md4(bytes(length - 1))}) == 3
