"""Vectors: tests/vectors/crypto/modp.toml."""

import tomllib
from typing import Any

import gmpy2
import pytest

from gateway.crypto.modp import (
    GROUPS,
    SECRET_BITS,
    BadPublicValue,
    Group,
    choose_secret,
    public_value,
    shared_value,
)
from tests.captures import vectors

VECTORS: dict[str, Any] = tomllib.loads((vectors("crypto") / "modp.toml").read_text())
MODP1024 = GROUPS[2]


@pytest.mark.parametrize("vector", VECTORS["prime"], ids=lambda vector: vector["group"])
def test_each_prime_is_that_of_its_rfc(vector: dict[str, Any]) -> None:
    assert GROUPS[vector["group"]].prime == int(vector["prime"], 16)


@pytest.mark.parametrize("vector", VECTORS["prime"], ids=lambda vector: vector["group"])
def test_each_prime_follows_from_pi_by_the_formula(vector: dict[str, Any]) -> None:
    group, bits = GROUPS[vector["group"]], vector["bits"]
    with gmpy2.context(precision=4000):
        pi = int(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi(), bits - 130)))
    assert group.prime == 2**bits - 2 ** (bits - 64) - 1 + 2**64 * (pi + vector["add"])
    assert (group.length, group.name) == (bits // 8, f"modp{bits}")


def test_the_primes_are_safe_so_two_generates_a_subgroup_of_prime_order() -> None:
    assert all(gmpy2.is_prime(group.prime // 2, 5) for group in GROUPS.values())
    assert all(group.prime % 8 == 7 for group in GROUPS.values())


@pytest.mark.parametrize("vector", VECTORS["exchange"], ids=lambda vector: vector["group"])
def test_both_ends_of_a_published_exchange_come_to_the_published_value(
    vector: dict[str, Any],
) -> None:
    group = GROUPS[vector["group"]]
    x_i, x_r = int(vector["x_i"], 16), int(vector["x_r"], 16)
    public_i, public_r = public_value(group, x_i), public_value(group, x_r)
    assert (public_i.hex(), public_r.hex()) == (vector["public_i"], vector["public_r"])
    assert shared_value(group, x_i, public_r).hex() == vector["shared"]
    assert shared_value(group, x_r, public_i).hex() == vector["shared"]


def test_a_shared_value_keeps_the_zero_it_starts_with() -> None:
    (vector,) = VECTORS["leading_zero"]
    peer = bytes.fromhex(vector["peer"])
    shared = shared_value(GROUPS[vector["group"]], int(vector["secret"], 16), peer)
    assert shared.hex() == vector["shared"]
    assert (shared[0], len(shared)) == (0, 128)


@pytest.mark.parametrize("value", [0, 1, MODP1024.prime - 1, MODP1024.prime, MODP1024.prime + 1])
def test_a_value_that_would_give_the_secret_away_is_refused(value: int) -> None:
    with pytest.raises(BadPublicValue, match="outside"):
        shared_value(MODP1024, 1 << 255, value.to_bytes(128, "big"))


@pytest.mark.parametrize("value", [2, MODP1024.prime - 2])
def test_the_outermost_good_values_are_taken(value: int) -> None:
    assert len(shared_value(MODP1024, 1 << 255, value.to_bytes(128, "big"))) == 128


@pytest.mark.parametrize("length", [0, 96, 127, 129])
def test_a_value_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadPublicValue, match=f"{length} bytes where modp1024 has 128"):
        shared_value(MODP1024, 1 << 255, b"\x02" * length)


def test_a_secret_always_has_its_top_bit_so_its_length_tells_nothing() -> None:
    assert choose_secret(MODP1024, bytes) == 1 << (SECRET_BITS - 1)
    assert choose_secret(MODP1024, lambda count: b"\xff" * count) == (1 << SECRET_BITS) - 1


def test_a_group_smaller_than_its_exponent_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="smaller than its exponent"):
        choose_secret(Group(99, "toy", 23, 1), bytes)
