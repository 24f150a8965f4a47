"""The table against RFC 2661, 7.2.1, row by row. Its idle after the end is our CLOSED."""

import pytest

from gateway.l2tp.tunnel_states import INPUTS, TABLE, Do, Input, State

LIVING = (State.IDLE, State.WAIT_CTL_CONN, State.ESTABLISHED)
STOP = (Do.SEND_STOPCCN, Do.CLEAN_UP)
END = (Do.CLEAN_UP,)
RFC = [
    ((State.IDLE,), (Input.SCCRQ,), (Do.SEND_SCCRP,), State.WAIT_CTL_CONN),
    (LIVING, (Input.UNACCEPTABLE,), STOP, State.CLOSED),
    ((State.IDLE,), (Input.SCCRP,), STOP, State.CLOSED),
    ((State.IDLE,), (Input.SCCCN,), END, State.CLOSED),
    ((State.WAIT_CTL_CONN,), (Input.SCCCN,), (Do.OPEN,), State.ESTABLISHED),
    ((State.WAIT_CTL_CONN,), (Input.SCCRP, Input.SCCRQ, Input.TRAFFIC), STOP, State.CLOSED),
    ((State.ESTABLISHED,), (Input.TRAFFIC,), (Do.PASS_ON,), State.ESTABLISHED),
    (LIVING, (Input.CLOSE,), STOP, State.CLOSED),
    ((State.ESTABLISHED,), (Input.SCCRQ, Input.SCCRP, Input.SCCCN), STOP, State.CLOSED),
    (LIVING, (Input.STOPCCN, Input.LOST), END, State.CLOSED),
    ((State.IDLE,), (Input.TRAFFIC,), END, State.CLOSED),
    ((State.CLOSED,), (Input.STOPCCN,), (Do.FALL_SILENT,), State.CLOSED),
]


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


@pytest.mark.parametrize(("states", "inputs", "actions", "after"), RFC)
def test_the_table_is_the_rfcs(
    states: tuple[State, ...], inputs: tuple[Input, ...], actions: tuple[Do, ...], after: State
) -> None:
    for state in states:
        for what in inputs:
            assert TABLE[state, what] == (actions, after)


def test_all_else_is_said_to_a_tunnel_that_is_closed_and_changes_nothing() -> None:
    told = {(state, what) for states, inputs, *_ in RFC for state in states for what in inputs}
    rest = set(TABLE) - told
    assert {state for state, _ in rest} == {State.CLOSED}
    assert all(TABLE[each] == ((), State.CLOSED) for each in rest)


def test_each_message_of_a_tunnel_is_an_input_of_its_own() -> None:
    assert {each.name for each in INPUTS} == {each.name for each in INPUTS.values()}
