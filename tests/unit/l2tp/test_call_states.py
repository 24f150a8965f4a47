"""The table against RFC 2661, 7.4.2, row by row; ANSWER splits the RFC's row for an ICRQ."""

import pytest

from gateway.l2tp.call_states import TABLE, Do, Input, State

ALL = tuple(State)
CDN = (Do.SEND_CDN, Do.CLEAN_UP)
RFC = [
    ((State.IDLE,), (Input.ICRQ,), (Do.ANNOUNCE,), State.WAIT_ANSWER),
    ((State.WAIT_ANSWER,), (Input.ANSWER,), (Do.SEND_ICRP,), State.WAIT_CONNECT),
    (ALL, (Input.UNACCEPTABLE,), CDN, State.IDLE),
    ((State.IDLE,), (Input.ICRP,), CDN, State.IDLE),
    ((State.IDLE,), (Input.ICCN,), (Do.CLEAN_UP,), State.IDLE),
    ((State.WAIT_CONNECT,), (Input.ICCN,), (Do.OPEN,), State.ESTABLISHED),
    ((State.WAIT_ANSWER, State.WAIT_CONNECT), (Input.ICRQ, Input.ICRP), CDN, State.IDLE),
    ((State.WAIT_ANSWER,), (Input.ICCN,), CDN, State.IDLE),
    ((State.ESTABLISHED,), (Input.ICRQ, Input.ICRP, Input.ICCN), CDN, State.IDLE),
    (ALL, (Input.CDN,), (Do.CLEAN_UP,), State.IDLE),
    (ALL[1:], (Input.CLOSE,), CDN, State.IDLE),
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


def test_what_the_rfc_does_not_know_changes_nothing() -> None:
    told = {(state, what) for states, inputs, *_ in RFC for state in states for what in inputs}
    rest = set(TABLE) - told
    assert all(TABLE[state, what] == ((), state) for state, what in rest)
    assert {what for _, what in rest} == {Input.ANSWER, Input.CLOSE}
