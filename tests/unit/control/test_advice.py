from string import Formatter

import pytest

from gateway.control.advice import ADVICE, DEFAULTS, EMPTY, says, step, told
from gateway.control.causes import Cause

KNOWN = {*DEFAULTS, *EMPTY, "Server"}
DETAILS = {
    **DEFAULTS,
    "offered": ": des-md5-modp768",
    "why": ": it said so",
    "remedy": "Add it",
    "dialled": "198.51.100.1",
    "kinds": "3 of IKE version 2",
}


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_cause_has_its_advice() -> None:
    assert set(ADVICE) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_is_one_sentence_with_and_without_its_details(cause: Cause) -> None:
    for details in ({}, DETAILS):
        text = told(cause, details)
        assert text[0].isupper()
        assert text.endswith(".")
        assert "{" not in text
        assert ". " not in text
        assert 30 < len(text) < 300


@pytest.mark.parametrize("cause", Cause)
def test_both_halves_name_only_what_has_a_word_for_it(cause: Cause) -> None:
    advice = ADVICE[cause]
    assert names(advice.says) | names(advice.step) <= KNOWN
    for half in (advice.says, advice.step):
        assert half[0].isupper() or half[0] == "{"
        assert not half.endswith(".")


def test_the_exact_step_wants_all_its_details() -> None:
    assert step(Cause.NO_PROPOSAL) == ADVICE[Cause.NO_PROPOSAL].step
    assert step(Cause.NO_PROPOSAL, {"remedy": "Add it"}) == "Add it"


def test_the_names_stand_where_they_are_known() -> None:
    known = {
        "Client": "Client press-3",
        "client": "client press-3",
        "server": "the server 10.0.0.2",
    }
    assert says(Cause.WRONG_KEY, known).startswith("Client press-3 has another pre-shared key")
    assert says(Cause.SERVER_BUSY, known) == "The server 10.0.0.2 has no free line (busy)"
    assert says(Cause.SERVER_BUSY) == "The server has no free line (busy)"


def test_braces_in_what_somebody_chose_are_only_text() -> None:
    assert "{server}" in says(Cause.USER_REFUSED, {"user": "user {server}"})
