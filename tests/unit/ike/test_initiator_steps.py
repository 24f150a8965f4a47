"""The asking end's tables: total, and row by row what RFC 2409, 5.4 and 5.5, says."""

import pytest

from gateway.ike.header import Header
from gateway.ike.initiator_steps import (
    MAIN,
    QUICK,
    Do,
    Message,
    QuickDo,
    QuickInput,
    QuickStep,
    Step,
    message_of,
)
from gateway.ike.numbers import FLAG_ENCRYPTION, Exchange, Kind


def test_the_tables_answer_everything() -> None:
    assert set(MAIN) == {(step, message) for step in Step for message in Message}
    assert set(QUICK) == {(step, what) for step in QuickStep for what in QuickInput}


def test_each_step_takes_its_own_message_and_a_refusal() -> None:
    taken = {key: do for key, do in MAIN.items() if do is not Do.COUNT}
    assert taken == {
        (Step.AWAIT_SECOND, Message.SECOND): Do.SEND_THIRD,
        (Step.AWAIT_FOURTH, Message.FOURTH): Do.SEND_FIFTH,
        (Step.AWAIT_SIXTH, Message.SIXTH): Do.ESTABLISH,
        (Step.AWAIT_SECOND, Message.NOTICE): Do.GIVE_UP,
        (Step.AWAIT_FOURTH, Message.NOTICE): Do.GIVE_UP,
        (Step.AWAIT_SIXTH, Message.NOTICE): Do.GIVE_UP,
    }


def test_without_the_commit_bit_the_pair_is_used_a_moment_after_our_third_message() -> None:
    actions, after = QUICK[QuickStep.AWAIT_SECOND, QuickInput.SECOND]
    assert after is QuickStep.SETTLING
    assert actions == (QuickDo.ADD_PAIR, QuickDo.SEND_THIRD)
    for what in (QuickInput.SILENCE, QuickInput.USED, QuickInput.FOURTH):
        actions, after = QUICK[QuickStep.SETTLING, what]
        assert QuickDo.CONFIRM in actions
        assert after is QuickStep.DONE


def test_with_it_the_pair_is_used_when_the_server_has_said_so_or_has_used_it() -> None:
    actions, after = QUICK[QuickStep.AWAIT_SECOND, QuickInput.SECOND_COMMIT]
    assert (QuickDo.CONFIRM in actions, after) == (False, QuickStep.AWAIT_FOURTH)
    for what in (QuickInput.FOURTH, QuickInput.USED, QuickInput.SILENCE):
        actions, after = QUICK[QuickStep.AWAIT_FOURTH, what]
        assert QuickDo.CONFIRM in actions
        assert after is QuickStep.DONE


def test_no_pair_comes_of_anything_but_a_second_message_that_is_waited_for() -> None:
    rows = [key for key, (actions, _) in QUICK.items() if QuickDo.ADD_PAIR in actions]
    assert {step for step, _ in rows} == {QuickStep.AWAIT_SECOND}
    assert {what for _, what in rows} == {QuickInput.SECOND, QuickInput.SECOND_COMMIT}


@pytest.mark.parametrize(
    ("exchange", "flags", "first", "message"),
    [
        (Exchange.MAIN, 0, Kind.SA, Message.SECOND),
        (Exchange.MAIN, 0, Kind.KE, Message.FOURTH),
        (Exchange.MAIN, 0, Kind.NONCE, Message.FOURTH),
        (Exchange.MAIN, FLAG_ENCRYPTION, Kind.ID, Message.SIXTH),
        (Exchange.INFORMATIONAL, 0, Kind.NOTIFICATION, Message.NOTICE),
        (Exchange.INFORMATIONAL, FLAG_ENCRYPTION, Kind.HASH, Message.OTHER),
        (Exchange.QUICK, FLAG_ENCRYPTION, Kind.HASH, Message.OTHER),
        (Exchange.AGGRESSIVE, 0, Kind.SA, Message.OTHER),
    ],
)
def test_a_message_is_known_by_exchange_encryption_and_first_payload(
    exchange: Exchange, flags: int, first: Kind, message: Message
) -> None:
    assert message_of(Header(bytes(8), bytes(8), first, exchange, flags)) is message
