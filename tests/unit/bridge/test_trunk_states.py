"""The table of a trunk."""

from gateway.bridge.trunk_states import TABLE, Do, Input, State


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


def test_keys_come_first_then_the_tunnel() -> None:
    assert TABLE[State.KEYING, Input.KEYED] == ((Do.DIAL,), State.DIALLING)
    assert TABLE[State.DIALLING, Input.OPENED] == ((), State.UP)


def test_new_keys_under_a_tunnel_change_nothing_of_it() -> None:
    assert TABLE[State.DIALLING, Input.KEYED] == ((), State.DIALLING)
    assert TABLE[State.UP, Input.KEYED] == ((), State.UP)


def test_without_keys_every_call_ends() -> None:
    for state in (State.KEYING, State.DIALLING, State.UP):
        assert Do.END_CALLS in TABLE[state, Input.FAILED][0]


def test_keys_are_deleted_on_the_way_to_the_end_and_only_there() -> None:
    for (state, _), (actions, after) in TABLE.items():
        goes = after is State.GONE and state is not State.GONE
        assert (Do.DELETE_KEYS in actions) is goes


def test_the_end_is_the_end() -> None:
    assert {row for (state, _), row in TABLE.items() if state is State.GONE} == {((), State.GONE)}
