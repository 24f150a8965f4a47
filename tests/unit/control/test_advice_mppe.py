"""What is said of encryption by the gateway; that every sentence is whole is in test_advice.py."""

import pytest

from gateway.control.advice import ADVICE, told
from gateway.control.advice_mppe import ADVICE_MPPE
from gateway.control.causes import Cause


def test_there_is_one_book_of_advice() -> None:
    assert ADVICE_MPPE.items() <= ADVICE.items()


def test_every_failure_of_it_has_a_number_on_the_old_machines_screen() -> None:
    assert all(advice.shown.all for advice in ADVICE_MPPE.values())


@pytest.mark.parametrize("cause", [Cause.PASSWORD_NOT_STORED, Cause.STORED_PASSWORD_WRONG])
def test_whose_password_is_to_be_stored_is_named(cause: Cause) -> None:
    text = told(cause, {"user": "user anna"})
    assert "user anna" in text
    assert "`postern users add NAME`" in text
