"""The outgoing call's table against RFC 2637, 3.2.4.2, row by row."""

import pytest

from gateway.pptp import call
from gateway.pptp.call import TABLE, Do, Input, State
from gateway.pptp.messages import (
    CallDisconnectNotify,
    IncomingCallRequest,
    OutgoingCallReply,
    build_message,
)
from tests.captures import ip_packets, vectors


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


@pytest.mark.parametrize(
    ("state", "what", "first", "then"),
    [  # RFC 2637, 3.2.4.2, in its order
        (State.IDLE, Input.PLACE, Do.SEND_REQUEST, State.WAIT_REPLY),
        (State.WAIT_REPLY, Input.HANG_UP, Do.SEND_CLEAR, State.WAIT_DISCONNECT),
        (State.WAIT_REPLY, Input.REFUSED, Do.CLOSE, State.CLOSED),
        (State.WAIT_REPLY, Input.CONNECTED, Do.OPEN, State.ESTABLISHED),
        (State.ESTABLISHED, Input.DISCONNECT, Do.CLOSE, State.CLOSED),
        (State.ESTABLISHED, Input.HANG_UP, Do.SEND_CLEAR, State.WAIT_DISCONNECT),
        (State.WAIT_DISCONNECT, Input.DISCONNECT, Do.CLOSE, State.CLOSED),
    ],
)
def test_the_rows_of_the_rfc(state: State, what: Input, first: Do, then: State) -> None:
    actions, end = TABLE[state, what]
    assert (actions[0], end) == (first, then)


def test_every_way_to_the_end_closes_once() -> None:
    ends = [actions for (start, _), (actions, end) in TABLE.items()
            if end is State.CLOSED and start is not State.CLOSED]  # fmt: skip
    assert all(actions.count(Do.CLOSE) == 1 for actions in ends)
    assert all(TABLE[State.CLOSED, what] == ((), State.CLOSED) for what in Input)


def test_a_lost_connection_closes_from_every_state_without_a_word() -> None:
    live = [state for state in State if state is not State.CLOSED]
    assert {TABLE[state, Input.GONE] for state in live} == {((Do.CLOSE,), State.CLOSED)}


def test_our_call_request_is_the_nt_clients() -> None:
    theirs = ip_packets(vectors("pptp") / "tcpdump-pptp.pcap")[9][40:]
    ours = call.call_request(call_id=0, serial=0x7828, window=64, phone="")
    assert build_message(ours) == theirs


def test_our_set_link_info_is_the_nt_clients() -> None:
    theirs = ip_packets(vectors("pptp") / "tcpdump-pptp.pcap")[14][40:]
    assert build_message(call.set_link_info(peer_call=0)) == theirs


def test_our_clear_request_is_pptp_linuxs() -> None:
    theirs = ip_packets(vectors("pptp") / "gen-pptp-mppe128.pcap")[-4][52:]
    assert build_message(call.clear_request(0xBAC9)) == theirs


def test_a_phone_number_is_counted() -> None:
    request = call.call_request(call_id=1, serial=2, window=64, phone="0123")
    assert (request.phone_length, request.phone[:5]) == (4, b"0123\0")


def test_an_incoming_call_is_declined_by_its_own_id() -> None:
    reply = call.decline(IncomingCallRequest(call_id=9, serial=0, bearer=0, channel=0))
    assert (reply.peer_call_id, reply.result) == (9, 3)


def test_a_disconnect_notify_of_ours_says_it_was_asked_for() -> None:
    assert call.disconnect_notify(5).result == 4


@pytest.mark.parametrize(
    ("result", "error", "reason"),
    [
        (4, 0, "the server has no free line (busy)"),
        (2, 6, "the server could not place the call: its vendor's own error"),
        (55, 0, "the server refuses the call (result 55)"),
    ],
)
def test_refusals_are_explained(result: int, error: int, reason: str) -> None:
    reply = OutgoingCallReply(
        call_id=0, peer_call_id=0, result=result, error=error, cause=3, speed=0, window=0
    )
    closed = call.refusal(reply)
    assert (closed.reason, closed.cause, closed.by_server) == (reason, 3, True)


@pytest.mark.parametrize(
    ("result", "reason"),
    [(1, "the server lost the carrier"), (9, "the server ended the call (result 9)")],
)
def test_disconnects_are_explained(result: int, reason: str) -> None:
    notify = CallDisconnectNotify(call_id=0, result=result, cause=16)
    closed = call.disconnected(notify)
    assert (closed.reason, closed.result, closed.cause) == (reason, result, 16)
