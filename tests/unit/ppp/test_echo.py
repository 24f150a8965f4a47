import pytest

from gateway.ppp.echo import Echo
from gateway.ppp.events import EchoUnanswered
from gateway.ppp.numbers import Code

ASKS, ANSWERS = Code.ECHO_REQUEST, Code.ECHO_REPLY


@pytest.mark.parametrize("asker_is_client", [True, False])
def test_the_third_echo_in_a_row_without_an_answer_is_told_once(asker_is_client: bool) -> None:
    echo = Echo()
    told = [echo.see(ASKS, asker_is_client) for _ in range(6)]
    silent = EchoUnanswered(by_client=not asker_is_client, count=3)
    assert told == [[], [], [silent], [], [], []]


def test_an_answer_begins_the_count_anew() -> None:
    echo = Echo()
    for _ in range(5):
        assert echo.see(ASKS, from_client=False) == []
        assert echo.see(ASKS, from_client=False) == []
        assert echo.see(ANSWERS, from_client=True) == []


def test_who_asks_does_not_answer_by_it() -> None:
    echo = Echo()
    echo.see(ASKS, from_client=False)
    echo.see(ASKS, from_client=False)
    echo.see(ASKS, from_client=True)
    echo.see(ANSWERS, from_client=False)
    assert echo.see(ASKS, from_client=False) == [EchoUnanswered(by_client=True, count=3)]
