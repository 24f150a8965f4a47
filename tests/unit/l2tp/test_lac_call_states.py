"""The LAC's table of an incoming call, row by row against RFC 2661, 7.4.1."""

from gateway.l2tp.lac_call_states import END, REFUSE, TABLE, Do, Input, State


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


def test_a_call_waits_for_the_tunnel_then_for_the_reply() -> None:
    assert TABLE[State.IDLE, Input.RING] == ((), State.WAIT_TUNNEL)
    assert TABLE[State.WAIT_TUNNEL, Input.TUNNEL_OPEN] == ((Do.SEND_ICRQ,), State.WAIT_REPLY)
    assert TABLE[State.WAIT_REPLY, Input.ICRP] == ((Do.SEND_ICCN, Do.OPEN), State.ESTABLISHED)


def test_before_it_was_announced_nothing_is_said_of_its_end() -> None:
    assert TABLE[State.WAIT_TUNNEL, Input.CLOSE] == END


def test_after_that_the_server_is_told() -> None:
    for state in (State.WAIT_REPLY, State.ESTABLISHED):
        assert TABLE[state, Input.CLOSE] == REFUSE
        assert TABLE[state, Input.ICRQ] == REFUSE
        assert TABLE[state, Input.CDN] == END


def test_the_rfcs_rows_for_what_is_not_expected() -> None:
    assert TABLE[State.WAIT_REPLY, Input.ICCN] == END
    assert TABLE[State.ESTABLISHED, Input.ICRP] == REFUSE
    assert TABLE[State.ESTABLISHED, Input.ICCN] == REFUSE


def test_every_end_cleans_up() -> None:
    for (state, _), (actions, after) in TABLE.items():
        ends = state is not State.IDLE and after is State.IDLE
        assert not ends or Do.CLEAN_UP in actions
