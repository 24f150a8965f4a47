"""What is said of the servers inside; that every sentence is whole is in test_advice.py."""

from gateway.control.advice import ADVICE, says
from gateway.control.advice_inside import ADVICE_INSIDE
from gateway.control.causes import Cause


def test_there_is_one_book_of_advice() -> None:
    assert ADVICE_INSIDE.items() <= ADVICE.items()


def test_every_failure_inside_has_a_number_on_the_old_machines_screen() -> None:
    assert all(advice.shown.all for advice in ADVICE_INSIDE.values())


def test_a_server_is_called_by_its_address_where_that_is_known() -> None:
    server = {"server": "the server 10.10.0.2"}
    assert says(Cause.SERVER_NO_IKE, server) == "The server 10.10.0.2 does not answer IKE"
    assert says(Cause.SERVER_NO_IKE) == "The server does not answer IKE"
