"""Any value, any bytes, for the ground floor's algorithms."""

import hashlib
import hmac as standard_hmac
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

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
from gateway.crypto.mac import MD5, SHA1, Hash, equal, hmac, keyed
from gateway.crypto.modp import (
    GROUPS,
    BadPublicValue,
    Group,
    choose_secret,
    public_value,
    shared_value,
)
from gateway.crypto.seal import CHUNK
from tests.unit.crypto.test_seal import opened, pair, sealed_for

ciphers = st.sampled_from([DES, TRIPLE_DES, AES])
small_groups = st.sampled_from([GROUPS[1], GROUPS[2]])
secrets = st.integers(1 << 255, (1 << 256) - 1)


@st.composite
def cipher_and_key(draw: st.DrawFn) -> tuple[Cipher, bytes]:
    cipher = draw(ciphers)
    length = draw(st.sampled_from(cipher.key_lengths))
    return cipher, draw(st.binary(min_size=length, max_size=length))


@given(cipher_and_key(), st.lists(st.integers(0, 12), min_size=1, max_size=8), st.randoms())
def test_carried_contexts_undo_each_other_whatever_the_order(
    cipher_key: tuple[Cipher, bytes], blocks: list[int], random: Random
) -> None:
    cipher, key = cipher_key
    seal, open_ = carry_encrypt(cipher, key), carry_decrypt(cipher, key)
    plain = [random.randbytes(count * cipher.block) for count in blocks]
    sent = [(each, seal(random.randbytes(cipher.block) + each)) for each in plain]
    random.shuffle(sent)
    assert all(open_(packet)[cipher.block :] == each for each, packet in sent)


@given(cipher_and_key(), st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_decrypt_undoes_encrypt(
    cipher_key: tuple[Cipher, bytes], data: bytes, iv_source: bytes
) -> None:
    cipher, key = cipher_key
    whole = data[: len(data) // cipher.block * cipher.block]
    iv = iv_source[: cipher.block]
    assert decrypt(cipher, key, iv, encrypt(cipher, key, iv, whole)) == whole


@given(small_groups, secrets, secrets)
def test_both_ends_come_to_the_same_value_of_full_length(group: Group, x: int, y: int) -> None:
    shared = shared_value(group, x, public_value(group, y))
    assert shared == shared_value(group, y, public_value(group, x))
    assert len(shared) == group.length
    assert int.from_bytes(shared, "big") == pow(2, x * y, group.prime)


@given(small_groups, st.binary(max_size=140))
def test_any_public_value_gives_a_value_or_is_refused(group: Group, peer: bytes) -> None:
    try:
        shared = shared_value(group, 1 << 255, peer)
    except BadPublicValue:
        return
    assert len(shared) == group.length == len(peer)


@given(small_groups, st.binary(min_size=32, max_size=32))
def test_a_secret_lies_in_its_range(group: Group, drawn: bytes) -> None:
    assert 1 << 255 <= choose_secret(group, lambda _: drawn) < 1 << 256


@pytest.mark.parametrize("hash", [MD5, SHA1])
@given(key=st.binary(min_size=1, max_size=100), data=st.binary(max_size=300))
def test_hmac_is_that_of_the_standard_library(hash: Hash, key: bytes, data: bytes) -> None:
    state = keyed(hash, key).copy()
    state.update(data)
    expected = standard_hmac.new(key, data, getattr(hashlib, hash.name)).digest()
    assert hmac(hash, key, data) == state.finalize() == expected


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_equal_agrees_with_equality(a: bytes, b: bytes) -> None:
    assert equal(a, b) == (a == b)


@given(st.binary(max_size=3 * CHUNK // 2), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_is_opened_by_another_program(data: bytes, secret: bytes) -> None:
    key, private = pair(Ed25519PrivateKey.from_private_bytes(secret))
    assert opened(sealed_for(key, data=data), private) == data
