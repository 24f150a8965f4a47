"""Certificates of a replay: in the recorded forms, and believed by the gateway's rules."""

from dataclasses import replace

import pytest

from gateway.bridge.replay_signed import MOST_NAMES, Shown, is_signed, make_shown
from gateway.control.recorded import Case, Line
from gateway.crypto.rsa import verify
from gateway.ike.certificates import certificates_of
from gateway.ike.numbers import Kind
from gateway.ike.payloads import Payload
from gateway.x509.extensions import AltKind
from gateway.x509.path import find_authority
from tests.pair.net import seeded

FIFTH = Line(90, True, "ike", "main 1", 4500, 0, ("5 id 9 0 0 subject", "9 signature"))
CASE = Case("", "unknown", (), (), (), "auto", (), {}, (FIFTH,))


def shown(*parts: str) -> Shown:
    return make_shown(replace(CASE, lines=(replace(FIFTH, parts=parts),)), seeded(1))


def test_who_has_signed_main_mode_is_signed() -> None:
    assert is_signed(CASE)
    assert not is_signed(replace(CASE, lines=(replace(FIFTH, by_client=False),)))
    assert not is_signed(replace(CASE, lines=(replace(FIFTH, what="quick 1"),)))
    assert not is_signed(replace(CASE, lines=(replace(FIFTH, parts=("8 hash",)),)))


@pytest.mark.parametrize("encoding", [1, 4])
def test_the_client_is_believed_in_either_form(encoding: int) -> None:
    made = shown("9 signature")
    [certificate] = certificates_of([Payload(Kind.CERT, made.body(encoding))])
    assert certificate == made.certificate
    assert find_authority(certificate, (), (made.authority,), 1e9) == made.authority
    assert made.request(encoding) == bytes((encoding,)) + made.certificate.issuer


def test_it_signs_by_the_key_in_its_certificate() -> None:
    made = shown("9 signature")
    assert made.certificate.key is not None
    assert verify(made.certificate.key, b"proof" * 4, made.signature(b"proof" * 4, seeded(2)))
    assert str(made.key.d) not in repr(made)


def test_it_may_call_itself_what_it_was_recorded_with() -> None:
    certificate = shown("5 id 2 0 0 name:7", "5 id 3 0 0 name:3", "5 id 1 0 0 client").certificate
    assert certificate.alternatives(AltKind.DNS) == (b"x" * 7,)
    assert certificate.alternatives(AltKind.EMAIL) == (b"xxx",)


def test_only_so_many_names_are_looked_at() -> None:
    certificate = shown(*(f"5 id 2 0 0 name:{size}" for size in range(1, 20))).certificate
    assert len(certificate.alternatives(AltKind.DNS)) == MOST_NAMES
