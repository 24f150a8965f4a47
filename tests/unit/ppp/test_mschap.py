"""Vectors: tests/vectors/ppp/mschap.toml; a recorded exchange with its password."""

import tomllib
from typing import Any

import pytest

from gateway.crypto.lm import lm_hash
from gateway.crypto.md4 import md4
from gateway.crypto.passwords import Hashes, nt_hash
from gateway.ppp.errors import BadPacket
from gateway.ppp.mschap import (
    HALF_KEY,
    WHOLE_KEY,
    Proof,
    answer,
    challenge_hash,
    is_proved,
    master_key,
    needs_lm,
    parse_proof,
    start_keys,
    without_domain,
)
from tests.captures import ip_packets, vectors

FILE: dict[str, Any] = tomllib.loads((vectors("ppp") / "mschap.toml").read_text())
ONE, TWO, KEY = FILE["version1"], FILE["version2"], FILE["version1_start_key"]
RECORDED = "S3same-Open"  # the password of both recordings (vectors/pptp/sources.toml)


def octets(case: dict[str, str], name: str) -> bytes:
    return bytes.fromhex(case[name])


def proof_of_two(user: bytes = b"User") -> Proof:
    value = octets(TWO, "peer") + bytes(8) + octets(TWO, "nt_response") + b"\0"
    return parse_proof(2, octets(TWO, "authenticator"), value, user)


def hashes(password: str) -> Hashes:
    return Hashes(nt_hash(password), lm_hash(password))


def test_the_books_first_challenge_is_answered_as_the_book_says() -> None:
    challenge, password = octets(ONE, "challenge"), ONE["password"]
    lm = lm_hash(password)
    assert lm is not None
    assert answer(challenge, nt_hash(password)) == octets(ONE, "nt_response")
    assert answer(challenge, lm) == octets(ONE, "lm_response")


@pytest.mark.parametrize("case", FILE["answer"], ids=lambda case: case["password"])
def test_passwords_of_another_programs_tests_are_answered_as_there(case: dict[str, str]) -> None:
    assert answer(octets(case, "challenge"), nt_hash(case["password"])) == octets(
        case, "nt_response"
    )


def test_the_books_second_version_step_by_step() -> None:
    user, password = TWO["user"].encode(), TWO["password"]
    eight = challenge_hash(octets(TWO, "peer"), octets(TWO, "authenticator"), user)
    assert eight == octets(TWO, "challenge")
    assert md4(nt_hash(password)) == octets(TWO, "nt_hash_hash")
    assert answer(eight, nt_hash(password)) == octets(TWO, "nt_response")
    master = master_key(nt_hash(password), octets(TWO, "nt_response"))
    assert master == octets(TWO, "master_key")


@pytest.mark.parametrize("user", [b"User", b"DOMAIN\\User", b"A\\B\\User"])
def test_the_second_version_is_proved_whatever_domain_stands_before_the_name(user: bytes) -> None:
    assert without_domain(user) == b"User"
    assert is_proved(proof_of_two(user), hashes(TWO["password"]))


def test_another_password_or_name_proves_nothing() -> None:
    assert not is_proved(proof_of_two(), hashes("clientpass"))
    assert not is_proved(proof_of_two(b"user"), hashes(TWO["password"]))


def test_the_first_version_says_which_of_its_answers_counts() -> None:
    both = octets(ONE, "lm_response") + octets(ONE, "nt_response")
    challenge, right = octets(ONE, "challenge"), hashes(ONE["password"])
    for flag in (b"\0", b"\1"):
        assert is_proved(parse_proof(1, challenge, both + flag, b"x"), right)
    without_nt = parse_proof(1, challenge, both[:24] + bytes(24) + b"\0", b"x")
    assert is_proved(without_nt, right)
    assert not is_proved(without_nt, Hashes(right.nt))
    without_lm = parse_proof(1, challenge, bytes(24) + both[24:] + b"\1", b"x")
    assert is_proved(without_lm, Hashes(right.nt))


def test_a_long_key_of_the_first_version_is_the_books() -> None:
    proof = parse_proof(1, octets(KEY, "challenge"), bytes(49), b"x")
    key = octets(KEY, "start_key")
    assert start_keys(proof, Hashes(nt_hash(KEY["password"])), WHOLE_KEY) == (key, key)


def test_short_keys_of_the_first_version_come_from_the_lm_hash() -> None:
    proof = parse_proof(1, bytes(8), bytes(49), b"x")
    found = hashes(KEY["password"])
    assert found.lm is not None
    assert start_keys(proof, found, HALF_KEY) == (found.lm[:8], found.lm[:8])
    assert needs_lm(proof, HALF_KEY)
    assert not needs_lm(proof, WHOLE_KEY)
    assert not needs_lm(proof_of_two(), HALF_KEY)
    with pytest.raises(ValueError, match="LM hash"):
        start_keys(proof, Hashes(found.nt), HALF_KEY)


def test_the_second_version_has_a_key_for_each_direction() -> None:
    sent, received = start_keys(proof_of_two(), hashes(TWO["password"]), WHOLE_KEY)
    assert sent != received
    short = start_keys(proof_of_two(), hashes(TWO["password"]), HALF_KEY)
    assert short == (sent[:8], received[:8])


@pytest.mark.parametrize(("version", "challenge", "value"), [(1, 16, 49), (2, 8, 49), (2, 16, 48)])
def test_sizes_that_a_version_does_not_have_are_refused(
    version: int, challenge: int, value: int
) -> None:
    with pytest.raises(BadPacket):
        parse_proof(version, bytes(challenge), bytes(value), b"User")


def test_a_proof_does_not_show_what_it_is_made_of() -> None:
    assert repr(proof_of_two()) == "Proof(version=2, user=b'User')"


@pytest.mark.parametrize(
    ("name", "version"), [("gen-pptp-mppe128.pcap", 2), ("gen-pptp-mschapv1.pcap", 1)]
)
def test_a_recorded_exchange_was_answered_with_the_password_it_had(name: str, version: int) -> None:
    frames = [p[20:] for p in ip_packets(vectors("pptp") / name) if p[9] == 47]
    packets = [f[f.index(b"\xc2\x23") + 2 :] for f in frames if b"\xc2\x23" in f[12:22]]
    asked = next(p for p in packets if p[0] == 1)
    told = next(p for p in packets if p[0] == 2)
    challenge = asked[5 : 5 + asked[4]]
    length = int.from_bytes(told[2:4])
    proof = parse_proof(version, challenge, told[5:54], told[54:length])
    assert proof.user == b"alice"
    assert is_proved(proof, Hashes(nt_hash(RECORDED)))
    assert not is_proved(proof, Hashes(nt_hash(RECORDED + "!")))
