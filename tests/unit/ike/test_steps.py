"""The table of steps: total, and row by row what RFC 2409, 5.4 says."""

import pytest

from gateway.ike.header import Header
from gateway.ike.numbers import FLAG_COMMIT, FLAG_ENCRYPTION, Exchange
from gateway.ike.steps import RESPONDER, Do, Message, Step, message_of


def test_the_table_answers_everything() -> None:
    assert set(RESPONDER) == {(step, message) for step in Step for message in Message}


def test_main_mode_goes_its_way_and_ends_established() -> None:
    assert RESPONDER[Step.AWAIT_KEY, Message.KEY] == (Do.ANSWER_KEY, Step.AWAIT_AUTH)
    assert RESPONDER[Step.AWAIT_AUTH, Message.AUTH] == (Do.ANSWER_AUTH, Step.ESTABLISHED)


def test_quick_mode_and_informational_are_for_the_established() -> None:
    assert RESPONDER[Step.ESTABLISHED, Message.QUICK] == (Do.TAKE_QUICK, Step.ESTABLISHED)
    assert RESPONDER[Step.ESTABLISHED, Message.INFORM] == (Do.TAKE_INFORM, Step.ESTABLISHED)


def test_everything_else_is_counted_and_changes_nothing() -> None:
    others = {key: row for key, row in RESPONDER.items() if row[0] is Do.COUNT}
    assert len(others) == len(RESPONDER) - 4
    assert all(step is after for (step, _), (_, after) in others.items())


@pytest.mark.parametrize(
    ("exchange", "flags", "message"),
    [
        (Exchange.MAIN, 0, Message.KEY),
        (Exchange.MAIN, FLAG_ENCRYPTION, Message.AUTH),
        (Exchange.QUICK, FLAG_ENCRYPTION, Message.QUICK),
        (Exchange.QUICK, FLAG_ENCRYPTION | FLAG_COMMIT, Message.QUICK),
        (Exchange.QUICK, 0, Message.CLEAR),
        (Exchange.INFORMATIONAL, FLAG_ENCRYPTION, Message.INFORM),
        (Exchange.INFORMATIONAL, FLAG_COMMIT, Message.CLEAR),
    ],
)
def test_a_message_is_known_by_exchange_and_encryption(
    exchange: Exchange, flags: int, message: Message
) -> None:
    assert message_of(Header(bytes(8), bytes(8), 1, exchange, flags)) is message
