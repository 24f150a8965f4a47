"""The control connection's table against RFC 2637, 3.1.1, row by row."""

import pytest

from gateway.pptp import control
from gateway.pptp.control import TABLE, Do, Input, State
from gateway.pptp.messages import StartReply, StopRequest, build_message, text_field
from gateway.pptp.numbers import Stop
from gateway.wire.cursor import Reader
from tests.captures import ip_packets, vectors


def reply(result: int = 1, version: int = 0x0100, error: int = 0) -> StartReply:
    return StartReply(
        version=version, result=result, error=error, framing=0, bearer=0, channels=0, firmware=0,
        host_name=bytes(64), vendor=bytes(64),
    )  # fmt: skip


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


@pytest.mark.parametrize(
    ("state", "what", "actions", "then"),
    [  # RFC 2637, 3.1.1, in its order
        (State.IDLE, Input.OPEN, (Do.SEND_START,), State.WAIT_REPLY),
        (State.WAIT_REPLY, Input.ACCEPTED, (Do.PLACE_CALL,), State.ESTABLISHED),
        (
            State.WAIT_REPLY,
            Input.OTHER_VERSION,
            (Do.SEND_STOP_FOR_VERSION,),
            State.WAIT_STOP_REPLY,
        ),
        (State.ESTABLISHED, Input.CLOSE, (Do.SEND_STOP,), State.WAIT_STOP_REPLY),
        (
            State.ESTABLISHED,
            Input.STOP_REQUEST,
            (Do.SEND_STOP_REPLY, Do.FINISH),
            State.FINISHED,
        ),
        (State.WAIT_STOP_REPLY, Input.STOP_REPLY, (Do.FINISH,), State.FINISHED),
    ],
)
def test_the_rows_of_the_rfc(
    state: State, what: Input, actions: tuple[Do, ...], then: State
) -> None:
    assert TABLE[state, what] == (actions, then)


def test_nothing_leads_out_of_the_end_and_every_end_finishes() -> None:
    assert all(TABLE[State.FINISHED, what] == ((), State.FINISHED) for what in Input)
    ends = [actions for (start, _), (actions, end) in TABLE.items()
            if end is State.FINISHED and start is not State.FINISHED]  # fmt: skip
    assert all(actions[-1] is Do.FINISH for actions in ends)


def test_a_broken_connection_finishes_from_every_state() -> None:
    live = [state for state in State if state is not State.FINISHED]
    assert all(TABLE[state, Input.BROKEN][1] is State.FINISHED for state in live)


def test_our_start_request_is_the_nt_clients() -> None:
    packets = ip_packets(vectors("pptp") / "tcpdump-pptp.pcap")
    theirs = packets[4][40:]
    ours = control.start_request(text_field(""), text_field("Microsoft Windows NT"))
    assert build_message(ours) == theirs


def test_replies_are_judged_by_result_and_version() -> None:
    assert control.judge(reply()) is Input.ACCEPTED
    assert control.judge(reply(result=4)) is Input.REFUSED
    assert control.judge(reply(version=0x0200)) is Input.OTHER_VERSION


def test_refusals_are_explained() -> None:
    assert control.refusal(reply(result=4)).reason == (
        "the server does not let this address connect"
    )
    assert control.refusal(reply(result=2, error=4)).reason == (
        "the server has a general error: it lacks the resources"
    )
    assert control.refusal(reply(result=77, error=99)).reason == (
        "the server refuses (result 77): error 99"
    )
    assert control.refusal(reply(version=0x0203)).reason == "the server speaks version 2.3 of PPTP"


@pytest.mark.parametrize(("reason", "text"), [(3, "shut down"), (200, "stopped the control")])
def test_a_stop_is_explained(reason: int, text: str) -> None:
    closed = control.stopped(StopRequest(reason=reason))
    assert text in closed.reason
    assert closed.by_server


def test_the_small_messages_are_their_bytes() -> None:
    assert build_message(control.stop_request(Stop.PROTOCOL)).hex() == (
        "001000011a2b3c4d0003000002000000"
    )
    assert build_message(control.stop_reply()).hex() == "001000011a2b3c4d0004000001000000"
    assert build_message(control.echo_request(7)).hex() == "001000011a2b3c4d0005000000000007"
    assert Reader(build_message(control.stop_reply())).left == 16
