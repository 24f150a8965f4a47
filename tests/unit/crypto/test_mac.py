"""Vectors: tests/vectors/crypto/digest.toml and hmac.toml."""

import tomllib
from typing import Any

import pytest

from gateway.crypto.mac import MD5, SHA1, SHA256, SHA384, SHA512, Hash, digest, equal, hmac, keyed
from tests.captures import vectors

HASH = {one.name: one for one in (MD5, SHA1, SHA256, SHA384, SHA512)}


def cases(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((vectors("crypto") / file).read_text())["case"]
    return found


@pytest.mark.parametrize("case", [*cases("digest.toml"), *cases("sha2.toml")])
def test_published_texts_have_their_published_digests(case: dict[str, str]) -> None:
    assert digest(HASH[case["hash"]], case["text"].encode()).hex() == case["digest"]


@pytest.mark.parametrize("case", cases("hmac.toml"))
def test_published_texts_have_their_published_hmacs(case: dict[str, str]) -> None:
    key, data = bytes.fromhex(case["key"]), bytes.fromhex(case["data"])
    assert hmac(HASH[case["hash"]], key, data).hex() == case["digest"]


@pytest.mark.parametrize("case", cases("hmac.toml"))
def test_a_keyed_state_can_be_copied_again_and_again(case: dict[str, str]) -> None:
    state = keyed(HASH[case["hash"]], bytes.fromhex(case["key"]))
    for _ in range(2):
        copy = state.copy()
        copy.update(bytes.fromhex(case["data"]))
        assert copy.finalize().hex() == case["digest"]


@pytest.mark.parametrize("hash", HASH.values())
def test_a_hash_says_its_own_size(hash: Hash) -> None:
    assert len(digest(hash, b"")) == len(hmac(hash, b"key", b"")) == hash.size


def test_equal_tells_sameness_and_nothing_else() -> None:
    assert equal(b"same", b"same")
    assert not equal(b"same", b"Same")
    assert not equal(b"same", b"same, longer")
