"""What is said of IKE; that every sentence is whole is in test_advice.py."""

from gateway.control.advice import ADVICE
from gateway.control.advice_ike import ADVICE_IKE
from gateway.control.advice_x509 import ADVICE_X509
from gateway.control.causes import Cause


def test_all_that_can_go_wrong_in_ike_is_here_and_nothing_else() -> None:
    order = list(Cause)
    first, last = order.index(Cause.ADDRESS_NOT_ALLOWED), order.index(Cause.QUICK_MODE_REFUSED)
    assert set(ADVICE_IKE) | set(ADVICE_X509) == set(order[first : last + 1])


def test_every_failure_of_ike_has_a_number_on_the_old_machines_screen() -> None:
    assert all(advice.shown.all for advice in ADVICE_IKE.values())


def test_there_is_one_book_of_advice() -> None:
    assert ADVICE_IKE.items() <= ADVICE.items()
