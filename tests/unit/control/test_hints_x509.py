"""What to do about a refused certificate."""

import pytest

from gateway.control.hints import hint
from gateway.control.hints_x509 import BY_REASON, HINTS, certificate_hint
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


def test_other_reasons_have_their_own() -> None:
    assert certificate_hint("wrong key", "expired") == ""
    assert "pre-shared key" in hint("wrong key", "expired")
