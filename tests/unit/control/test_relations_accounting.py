"""Telling a RADIUS server of sessions: what an owner can forget, and what is said of it."""

from tests.unit.control.test_schema_accounting import SECRET, SOME
from tests.unit.control.written import GOOD, problems_of, told

INSIDE = '[inside]\ninterface = "eth1"\naddress = "10.10.0.1"\n'


def test_a_server_a_secret_and_an_address_are_enough() -> None:
    assert told(GOOD) == told(GOOD + SOME) == []


def test_what_is_missing_is_named() -> None:
    assert told(GOOD + SOME.replace('server = "10.10.0.5"\n', "")) == [
        "accounting.server: is missing"
    ]
    [problem] = problems_of(GOOD + SOME.replace(f'secret = "{SECRET}"\n', ""))
    assert str(problem.where) == "accounting.secret"
    assert "openssl rand" in problem.hint


def test_the_address_is_that_of_inside_where_there_is_one() -> None:
    without = SOME.replace('address = "10.10.0.1"\n', "")
    [problem] = told(GOOD + without)
    assert problem.startswith("accounting.address: is missing, and [inside] has no address either")
    assert told(GOOD + INSIDE + without) == []


def test_an_address_that_strangers_reach_is_a_warning() -> None:
    [problem] = problems_of(GOOD + SOME.replace("10.10.0.1", "203.0.113.1"))
    assert problem.warning
    assert "strangers" in problem.what


def test_no_message_repeats_the_secret() -> None:
    for wrong in ("bad secret with spaces", "short"):
        text = GOOD + SOME.replace(SECRET, wrong)
        assert problems_of(text)
        assert wrong not in str(problems_of(text))
