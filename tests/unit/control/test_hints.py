import pytest

from gateway.control.hints import ELSEWHERE, HINTS, SERVER_HINTS, hint


@pytest.mark.parametrize("reason", HINTS)
def test_a_known_reason_has_its_own_advice(reason: str) -> None:
    assert hint(reason) == HINTS[reason]
    assert hint(reason.upper()) == HINTS[reason]


@pytest.mark.parametrize("text", [ELSEWHERE, *HINTS.values(), *SERVER_HINTS.values()])
def test_advice_says_what_to_do_or_where_to_look(text: str) -> None:
    assert text[0].isupper()
    assert not text.endswith(".")
    assert len(text) > 30


def test_a_reason_is_known_by_the_words_in_it() -> None:
    assert hint("timed out waiting for the client") == HINTS["timed out"]
    assert hint("suite not allowed for this client") == HINTS["suite not allowed"]


def test_an_unknown_reason_is_told_where_to_look() -> None:
    assert hint("the moon") == ELSEWHERE
    assert hint("") == ELSEWHERE


@pytest.mark.parametrize("words", SERVER_HINTS)
def test_what_the_server_said_gives_closer_advice(words: str) -> None:
    assert hint("server refused", f"10.10.0.2:1723: {words}") == SERVER_HINTS[words]


def test_words_of_a_client_give_no_advice_about_the_server() -> None:
    assert hint("wrong key", "busy") == HINTS["wrong key"]
