"""What is said of certificates; that every sentence is whole is in test_advice.py."""

import pytest

from gateway.control.advice import ADVICE
from gateway.control.advice_x509 import ADVICE_X509
from gateway.control.causes import Cause


def test_there_is_one_book_of_advice() -> None:
    assert ADVICE_X509.items() <= ADVICE.items()


@pytest.mark.parametrize("cause", ADVICE_X509)
def test_windows_2000_and_xp_show_a_refused_certificate_as_789_or_792(cause: Cause) -> None:
    assert {789, 792} <= set(ADVICE_X509[cause].shown.nt5)


def test_no_cause_of_a_certificate_is_without_advice() -> None:
    certificates = {cause for cause in Cause if cause.value.startswith("certificate")}
    assert certificates <= set(ADVICE_X509)
