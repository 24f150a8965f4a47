"""The caller's own doings; whole stories are in tests/pair/test_pptp_call.py."""

import pytest

from gateway.pptp.events import CallClosed, CallOpened, Finished, Send
from gateway.pptp.machine import Caller
from tests.pair.net import seeded
from tests.pair.peers.pptp_server import (
    ECHO,
    STOP,
    PptpServer,
    answered,
    control,
    disconnected,
    started,
)
from tests.pair.pptp_world import OUR_CALL, Line


def test_texts_that_could_hurt_a_server_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Caller(1, seeded(1), host_name="\N{SNOWMAN}")


def test_names_window_and_number_go_to_the_server() -> None:
    caller = Caller(0x0A0B, seeded(1), "gate", "Postern", window=16, phone="77")
    line = Line(PptpServer(), caller).dial()
    start, request = (message for _, message in line.server.heard[:2])
    assert (start[28:32], start[92:99]) == (b"gate", b"Postern")
    assert (request[12:14], request[32:34], request[36:38]) == (b"\x0a\x0b", b"\0\x10", b"\0\2")


def test_the_serial_number_is_chance() -> None:
    caller = Caller(1, lambda count: b"\xab\xcd"[:count])
    line = Line(PptpServer(), caller).dial()
    assert line.server.heard[1][1][14:16] == b"\xab\xcd"


def test_nothing_is_due_before_the_start() -> None:
    caller = Caller(1, seeded(1))
    assert caller.deadline() is None
    assert caller.handle_timeout(5.0) == []


def test_too_early_a_timeout_does_nothing() -> None:
    line = Line(PptpServer()).dial()
    assert line.caller.deadline() == line.now + 60.0
    assert line.caller.handle_timeout(line.now + 59.0) == []


def test_half_a_message_is_kept_until_the_rest_comes() -> None:
    caller = Caller(OUR_CALL, seeded(1))
    caller.start(0.0)
    assert caller.receive(started()[:100], 0.0) == []
    assert len(caller.receive(started()[100:], 0.0)) == 2


def test_what_follows_the_end_is_not_heard() -> None:
    line = Line(PptpServer(result=4)).dial()
    events = [line.caller.receive(ECHO, 0.0), line.caller.hang_up(0.0), line.caller.lost(0.0)]
    assert events == [[], [], []]
    assert line.caller.link_up(0.0) == []
    assert line.caller.deadline() is None


def test_an_answer_to_a_call_given_up_is_ignored() -> None:
    line = Line(PptpServer(silent=frozenset({7, 12}))).dial()
    line.tell(line.caller.hang_up(line.now))
    line.hear(answered(5, OUR_CALL))
    assert not [event for event in line.events if isinstance(event, CallOpened)]
    line.hear(answered(5, OUR_CALL, result=4))
    assert isinstance(line.facts()[-2], CallClosed)
    assert isinstance(line.facts()[-1], Finished)


def test_echoes_are_numbered() -> None:
    line = Line(PptpServer()).dial()
    line.run(120.0)
    echoes = [message[12:16] for number, message in line.server.heard if number == 5]
    assert echoes == [b"\0\0\0\1", b"\0\0\0\2"]


def test_an_echo_is_answered_while_setting_up() -> None:
    line = Line(PptpServer(silent=frozenset({1}))).dial()
    line.hear(ECHO)
    assert isinstance(line.events[-1], Send)
    assert line.server.types() == [1, 6]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"junk", "the server sent a malformed message (BadLength: no control message has"),
        (control(1, bytes(144)), "the server sent a malformed message (OutOfTurn: SCCRQ)"),
        (STOP, "the server stopped the control connection"),
        (disconnected(5, result=1), "the server lost the carrier"),
        (control(12, bytes(4)), "the server asked to clear the call"),
    ],
)
def test_what_the_server_says_ends_the_call(said: bytes, reason: str) -> None:
    line = Line(PptpServer()).dial()
    line.hear(said)
    closed = line.facts()[2]
    assert isinstance(closed, CallClosed)
    assert closed.reason.startswith(reason)
    assert closed.by_server


def test_errors_of_the_line_are_survived_and_calls_declined() -> None:
    line = Line(PptpServer()).dial()
    before = len(line.events)
    line.hear(control(14, bytes(28)))
    assert line.events[before:] == []
    line.hear(control(9, bytes(208)))
    assert line.server.types()[-1] == 10


@pytest.mark.parametrize(
    ("silent", "seconds", "reason"),
    [
        (1, 10.0, "the server did not answer within 10 s"),
        (7, 10.0, "the server did not answer the call within 10 s"),
        (5, 120.0, "the server has not answered an echo for 60 s"),
    ],
)
def test_silence_ends_the_call(silent: int, seconds: float, reason: str) -> None:
    line = Line(PptpServer(silent=frozenset({silent}))).dial()
    line.run(seconds)
    closed = line.facts()[-2]
    assert closed == CallClosed(0, 0, 0, reason, by_server=True)


def take_over(line: Line) -> Caller:
    """Another process takes up the connection with what was left of the first."""
    again = Caller(OUR_CALL, seeded(9))
    again.resume(line.caller.kept())
    line.caller = again
    return again


def test_whoever_takes_up_the_connection_goes_on_with_the_call() -> None:
    line = Line(PptpServer()).dial()
    before = line.caller.kept()
    again = take_over(line)
    assert again.kept() == before
    closed, *_ = line.caller.receive(disconnected(OUR_CALL, 1), line.now)
    assert closed == CallClosed(1, 0, 0, "the server lost the carrier", by_server=True)


def test_half_a_message_is_taken_up_with_the_rest() -> None:
    line = Line(PptpServer()).dial()
    line.caller.receive(ECHO[:7], line.now)
    (answer,) = take_over(line).receive(ECHO[7:], line.now)
    assert isinstance(answer, Send)


def test_an_echo_that_was_not_answered_is_asked_again() -> None:
    line = Line(PptpServer()).dial()
    line.caller.handle_timeout(line.now + 60.0)
    again = take_over(line)
    due = again.deadline()
    assert due == line.now + 120.0
    (question,) = again.handle_timeout(due)
    assert isinstance(question, Send)


def test_a_call_that_was_taken_up_is_hung_up_in_order() -> None:
    line = Line(PptpServer()).dial()
    (clear,) = take_over(line).hang_up(line.now)
    assert isinstance(clear, Send)
    assert clear.data[8:10] == b"\x00\x0c"  # Call-Clear-Request (RFC 2637, 2.12)
