"""A call is placed, lives and ends, at a scripted NT 4 server."""

import pytest

from gateway.pptp.events import CallClosed, CallOpened, Finished, ServerKnown
from tests.pair.peers.pptp_server import (
    ECHO,
    STOP,
    PptpServer,
    answered,
    control,
    disconnected,
    set_link,
    started,
)
from tests.pair.pptp_world import OUR_CALL, Line

SCCRQ, SCCRP, STOP_CCRQ, STOP_CCRP, ECHO_REQUEST, ECHO_REPLY = 1, 2, 3, 4, 5, 6
OCRQ, CLEAR, SET_LINK = 7, 12, 15


def test_a_call_comes_up_in_the_order_of_q241252() -> None:
    line = Line(PptpServer()).dial()
    assert line.facts() == [
        ServerKnown("NTSERVER", "Microsoft", 0x0893, 0x0100),
        CallOpened(0x1111, 2, 64000),
    ]
    line.tell(line.caller.link_up(line.now))
    line.run(60.0)
    line.tell(line.caller.hang_up(line.now))
    assert line.server.types() == [
        SCCRQ, OCRQ, SET_LINK, SET_LINK, SET_LINK, ECHO_REQUEST, CLEAR, STOP_CCRQ,
    ]  # fmt: skip
    assert line.facts()[2:] == [CallClosed(0, 0, 0, "we hung up", by_server=False), Finished()]
    assert line.server.errors == []


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 11, 100])
def test_a_stream_in_pieces_says_the_same(piece: int) -> None:
    whole, pieces = Line(PptpServer()).dial(), Line(PptpServer(), piece=piece).dial()
    assert pieces.events == whole.events


def test_two_messages_in_one_piece_are_two_messages() -> None:
    line = Line(PptpServer(silent=frozenset({SCCRQ, OCRQ}))).dial()
    line.hear(started() + answered(7, OUR_CALL))
    assert line.facts()[1] == CallOpened(7, 2, 64000)


def test_a_busy_server_is_explained_and_the_connection_stopped() -> None:
    line = Line(PptpServer(result=4)).dial()
    reason = "the server has no free line (busy)"
    assert line.facts()[1:] == [CallClosed(4, 0, 0, reason, by_server=True), Finished()]
    assert line.server.types() == [SCCRQ, OCRQ, STOP_CCRQ]


def test_a_general_error_says_which() -> None:
    line = Line(PptpServer(silent=frozenset({OCRQ}))).dial()
    line.hear(answered(0, OUR_CALL, result=2, error=4))
    closed = line.facts()[1]
    assert closed == CallClosed(
        2, 4, 0, "the server could not place the call: it lacks the resources", by_server=True
    )


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (3, "the server says there is a control connection already"),
        (4, "the server does not let this address connect"),
        (99, "the server refuses (result 99)"),
    ],
)
def test_a_server_that_refuses_the_connection_is_left(result: int, reason: str) -> None:
    line = Line(PptpServer(silent=frozenset({SCCRQ}))).dial()
    line.hear(started(result=result))
    assert line.facts() == [CallClosed(result, 0, 0, reason, by_server=True), Finished()]
    assert line.server.types() == [SCCRQ]


def test_another_version_is_stopped_with_its_reason() -> None:
    line = Line(PptpServer(silent=frozenset({SCCRQ}))).dial()
    line.hear(started(version=0x0201))
    assert line.facts() == [
        CallClosed(1, 0, 0, "the server speaks version 2.1 of PPTP", by_server=True),
        Finished(),
    ]
    assert line.server.heard[-1][1][12] == 2  # Stop-Protocol


def test_a_silent_server_is_given_ten_seconds() -> None:
    line = Line(PptpServer(silent=frozenset({SCCRQ}))).dial()
    line.run(9.75)
    assert line.facts() == []
    line.run(0.25)
    reason = "the server did not answer within 10 s"
    assert line.facts() == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]
    assert line.caller.deadline() is None


def test_a_server_silent_to_the_call_is_stopped() -> None:
    line = Line(PptpServer(silent=frozenset({OCRQ, STOP_CCRQ}))).dial()
    line.run(11.5)
    reason = "the server did not answer the call within 10 s"
    assert line.facts()[1:] == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]
    assert line.server.types() == [SCCRQ, OCRQ, STOP_CCRQ]


def test_a_server_that_drops_tcp_ends_the_call() -> None:
    line = Line(PptpServer()).dial()
    line.tell(line.caller.lost(line.now))
    reason = "the server closed the control connection"
    assert line.facts()[2:] == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]
    assert line.caller.deadline() is None


def test_a_server_that_never_let_us_in_cannot_be_reached() -> None:
    line = Line(PptpServer())
    line.tell(line.caller.lost(line.now))
    reason = "the server cannot be reached"
    assert line.events == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]


def test_an_unanswered_echo_ends_the_call_after_two_minutes() -> None:
    line = Line(PptpServer(silent=frozenset({ECHO_REQUEST}))).dial()
    line.run(119.75)
    assert not line.finished
    line.run(0.25)
    reason = "the server has not answered an echo for 60 s"
    assert line.facts()[2:] == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]


def test_answered_echoes_keep_the_call_for_an_hour() -> None:
    line = Line(PptpServer()).dial()
    line.run(3600.0)
    assert line.server.types().count(ECHO_REQUEST) == 60
    assert not line.finished


def test_a_server_that_talks_is_not_asked() -> None:
    line = Line(PptpServer()).dial()
    line.run(45.0)
    line.hear(ECHO)
    line.run(45.0)
    assert line.server.types()[-1] == ECHO_REPLY
    assert line.server.heard[-1][1][12:17] == bytes.fromhex("0102030401")


def test_the_server_hangs_up() -> None:
    line = Line(PptpServer()).dial()
    line.hear(disconnected(0x1111, result=3))
    reason = "the server's operator ended the call"
    assert line.facts()[2:] == [CallClosed(3, 0, 0, reason, by_server=True), Finished()]


def test_the_server_is_shut_down() -> None:
    line = Line(PptpServer()).dial()
    line.hear(control(3, b"\x03\0\0\0"))
    reason = "the server is being shut down"
    assert line.facts()[2:] == [CallClosed(0, 0, 0, reason, by_server=True), Finished()]
    assert line.server.types()[-1] == STOP_CCRP


def test_a_server_that_asks_to_clear_is_answered_like_the_book_answers() -> None:
    line = Line(PptpServer()).dial()
    line.hear(control(12, b"\x11\x11\0\0"))
    assert line.server.types()[-2:] == [13, STOP_CCRQ]
    assert line.facts()[-1] == Finished()


def test_both_hang_up_at_once() -> None:
    line = Line(PptpServer(silent=frozenset({CLEAR, STOP_CCRQ}))).dial()
    line.tell(line.caller.hang_up(line.now))
    line.hear(disconnected(0x1111, result=3))
    line.hear(STOP)
    line.hear(STOP)
    assert line.facts()[2:] == [CallClosed(0, 0, 0, "we hung up", by_server=False), Finished()]
    assert line.server.types()[-3:] == [CLEAR, STOP_CCRQ, STOP_CCRP]


def test_hanging_up_on_a_dead_server_takes_three_seconds() -> None:
    line = Line(PptpServer(silent=frozenset({CLEAR, STOP_CCRQ}))).dial()
    line.tell(line.caller.hang_up(line.now))
    line.run(2.75)
    assert not line.finished
    line.run(0.25)
    assert line.facts()[2:] == [CallClosed(0, 0, 0, "we hung up", by_server=False), Finished()]


@pytest.mark.parametrize(
    ("silent", "said"),
    [({SCCRQ}, [SCCRQ]), ({OCRQ, CLEAR}, [SCCRQ, OCRQ, CLEAR, STOP_CCRQ])],
)
def test_a_dial_can_be_given_up_at_any_time(silent: set[int], said: list[int]) -> None:
    line = Line(PptpServer(silent=frozenset(silent))).dial()
    line.tell(line.caller.hang_up(line.now))
    line.run(3.0)
    assert line.facts()[-2:] == [CallClosed(0, 0, 0, "we hung up", by_server=False), Finished()]
    assert line.server.types() == said


def test_a_dial_can_be_given_up_before_it_begins() -> None:
    line = Line(PptpServer())
    line.tell(line.caller.hang_up(line.now))
    assert line.events == [CallClosed(0, 0, 0, "we hung up", by_server=False), Finished()]


def test_two_polite_ends_do_not_exchange_link_infos_for_ever() -> None:
    line = Line(PptpServer()).dial()
    for _ in range(20):
        line.hear(set_link(OUR_CALL))
    assert line.server.types().count(SET_LINK) == 3


@pytest.mark.parametrize(
    ("junk", "told"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "BadLength"),
        (bytes.fromhex("001000010000000000030000"), "LostSync"),
        (bytes.fromhex("001000021a2b3c4d00030000"), "UnknownType"),
        (bytes.fromhex("001000011a2b3c4d00990000"), "UnknownType"),
        (bytes.fromhex("001400011a2b3c4d00030000"), "BadLength"),
        (control(1, bytes(144)), "OutOfTurn"),
        (answered(5, OUR_CALL + 1), "OutOfTurn"),
    ],
)
def test_a_malformed_message_ends_the_connection_with_a_reason(junk: bytes, told: str) -> None:
    line = Line(PptpServer(silent=frozenset({OCRQ}))).dial()
    line.hear(junk)
    closed = line.facts()[1]
    assert isinstance(closed, CallClosed)
    assert closed.reason.startswith(f"the server sent a malformed message ({told}: ")
    assert line.finished
    assert line.server.types() == [SCCRQ, OCRQ]  # not another word
    line.hear(started())
    assert line.finished


def test_wan_errors_and_answers_out_of_time_are_survived() -> None:
    line = Line(PptpServer()).dial()
    before = len(line.events)
    line.hear(control(14, bytes(28)))
    line.hear(started())
    line.hear(answered(0x9999, OUR_CALL))
    line.hear(control(6, bytes(8)))
    assert line.events[before:] == []


def test_a_server_that_calls_us_is_declined() -> None:
    line = Line(PptpServer()).dial()
    line.hear(control(9, b"\x43\x21" + bytes(206)))
    assert line.server.heard[-1][1][12:18] == bytes.fromhex("000043210300")


def test_the_window_of_a_known_server_is_what_it_can_take() -> None:
    assert CallOpened(0x1111, 32, 64000) in Line(PptpServer(vendor="linux", window=3)).dial().events
    assert CallOpened(0x1111, 2, 64000) in Line(PptpServer(window=0)).dial().events
