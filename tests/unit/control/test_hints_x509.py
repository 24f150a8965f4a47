"""What to do about a refused certificate."""

import pytest

from gateway.control.hints import hint
from gateway.control.hints_x509 import (
    BY_REASON,
    HINTS,
    ONLY_CERTIFICATES,
    certificate_hint,
)
from gateway.ike.events import Reason

CERTIFICATES = (Reason.BAD_CERTIFICATE, Reason.UNKNOWN_CERTIFICATE, Reason.BAD_SIGNATURE)


@pytest.mark.parametrize("reason", CERTIFICATES)
def test_every_reason_ike_gives_has_something_to_do(reason: Reason) -> None:
    assert certificate_hint(reason.value, "")
    assert hint(reason.value) == BY_REASON[reason.value]


@pytest.mark.parametrize("words", HINTS)
def test_what_was_wrong_says_more_exactly_what_to_do(words: str) -> None:
    detail = f"CN=press-3 {words} CN=Works CA"
    assert hint(Reason.BAD_CERTIFICATE.value, detail) == HINTS[words]


def test_who_offers_nothing_but_certificates_is_told_apart() -> None:
    suites = ["3des-sha1-modp1024", "3des-md5-modp1024"]
    only = "offered " + ", ".join(f"{one} (by certificate)" for one in suites)
    assert hint("no common suite", only) == ONLY_CERTIFICATES
    assert hint("no common suite", f"{only}, {suites[0]}") != ONLY_CERTIFICATES
    assert hint("no common suite", "") != ONLY_CERTIFICATES


def test_other_reasons_have_their_own() -> None:
    assert certificate_hint("wrong key", "expired") == ""
    assert "pre-shared key" in hint("wrong key", "expired")
