"""The table of a session. What each row does to the legs is tried in test_session.py."""

from gateway.bridge.session_states import TABLE, Do, Input, State


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


def test_a_session_that_closes_stays_so() -> None:
    assert {after for (state, _), (_, after) in TABLE.items() if state is State.CLOSING} == {
        State.CLOSING
    }


def test_a_leg_without_its_partner_is_closed() -> None:
    for state in (State.ANSWERED, State.UP, State.DIVERTED):
        assert TABLE[state, Input.INSIDE_ENDED] == ((Do.HANG_UP_CLIENT,), State.CLOSING)
        assert TABLE[state, Input.CLIENT_ENDED] == ((Do.HANG_UP_INSIDE,), State.CLOSING)


def test_only_a_session_that_is_up_is_diverted() -> None:
    entered = {state for (state, _), (_, after) in TABLE.items() if after is State.DIVERTED}
    assert entered == {State.UP, State.DIVERTED}
