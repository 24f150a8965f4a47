"""Giving out figures: what an owner can forget, and what is said of it."""

from tests.unit.control.test_schema_metrics import SOME, TOKEN
from tests.unit.control.written import GOOD, problems_of, told


def test_an_address_and_a_token_are_enough() -> None:
    assert told(GOOD + SOME) == []


def test_without_a_token_it_is_refused_and_the_hint_makes_one() -> None:
    [problem] = problems_of(GOOD + '[metrics]\naddress = "10.10.0.1"\n')
    assert str(problem.where) == "metrics.token"
    assert problem.what == "is missing, and without it nothing is told"
    assert "openssl rand" in problem.hint
    assert not problem.warning


def test_without_an_address_it_is_refused() -> None:
    assert told(GOOD + f'[metrics]\ntoken = "{TOKEN}"\n') == ["metrics.address: is missing"]


def test_an_address_that_strangers_reach_is_a_warning() -> None:
    [problem] = problems_of(GOOD + SOME.replace("10.10.0.1", "203.0.113.1"))
    assert problem.warning
    assert "strangers" in problem.what


def test_no_message_repeats_the_token() -> None:
    for wrong in ("bad token with spaces", "short"):
        text = GOOD + SOME.replace(TOKEN, wrong)
        assert problems_of(text)
        assert wrong not in str(problems_of(text))
