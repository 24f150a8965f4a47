"""The LAC's table of a control connection, row by row against RFC 2661, 7.2.1."""

import pytest

from gateway.l2tp.lac_tunnel_states import INPUTS, REFUSE, TABLE, Do, Input, State


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


def test_open_request_and_reply_bring_it_up() -> None:
    assert TABLE[State.IDLE, Input.OPEN] == ((Do.SEND_SCCRQ,), State.WAIT_CTL_REPLY)
    assert TABLE[State.WAIT_CTL_REPLY, Input.SCCRP] == (
        (Do.SEND_SCCCN, Do.OPEN),
        State.ESTABLISHED,
    )


@pytest.mark.parametrize("state", [State.WAIT_CTL_REPLY, State.ESTABLISHED])
def test_a_message_that_is_not_expected_ends_it(state: State) -> None:
    for what in (Input.SCCRQ, Input.SCCCN, Input.UNACCEPTABLE):
        assert TABLE[state, what] == REFUSE
    assert TABLE[State.ESTABLISHED, Input.SCCRP] == REFUSE


@pytest.mark.parametrize("state", [State.WAIT_CTL_REPLY, State.ESTABLISHED])
def test_stopccn_cleans_up_without_a_word(state: State) -> None:
    assert TABLE[state, Input.STOPCCN] == ((Do.CLEAN_UP,), State.CLOSED)


def test_calls_pass_only_while_it_is_established() -> None:
    passing = {state for (state, _), (actions, _) in TABLE.items() if Do.PASS_ON in actions}
    assert passing == {State.ESTABLISHED}


def test_closed_is_the_end() -> None:
    assert {row[1] for (state, _), row in TABLE.items() if state is State.CLOSED} == {State.CLOSED}


def test_whatever_is_up_or_coming_up_is_cleaned_up_when_it_closes() -> None:
    for (state, _), (actions, after) in TABLE.items():
        alive = state in (State.WAIT_CTL_REPLY, State.ESTABLISHED)
        assert (after is State.CLOSED and alive) == (Do.CLEAN_UP in actions)


def test_four_messages_have_inputs_of_their_own() -> None:
    assert set(INPUTS.values()) == {Input.SCCRQ, Input.SCCRP, Input.SCCCN, Input.STOPCCN}
