"""The calls that we announce: ids, what the server says of them, and that nothing of them stays."""

import pytest

from gateway.l2tp.control import Channel
from gateway.l2tp.errors import BadValue
from gateway.l2tp.events import CallClosed, CallOpened
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.lac_calls import REPLY, Calls
from gateway.l2tp.messages import (
    Cdn,
    Iccn,
    Icrp,
    Icrq,
    Ocrq,
    OfCall,
    Sli,
    Wen,
    parse_body,
    read_message,
)
from gateway.l2tp.reasons import Reason
from gateway.l2tp.values import ResultCode
from tests.pair.net import seeded

BYE = Reason(False, 1, 0, "bye")


class Bench:
    """Calls of tunnel 7 whose messages are kept in place of being sent."""

    def __init__(self) -> None:
        self.exchange = Exchange("postern", seeded(1), None, 8, 60.0)
        self.channel = Channel(70, 8, self.exchange.counters)
        self.calls = Calls(7, self.channel, self.exchange)

    def said(self) -> list[tuple[int, OfCall]]:
        """Everything queued so far, with the id of the server's call it is for."""
        found = []
        for numbered in self.channel._queue:  # noqa: SLF001
            message = read_message(parse_body(numbered.body, None))
            assert isinstance(message, OfCall)
            found.append((numbered.call, message))
        return found

    def up(self) -> int:
        call = self.calls.ring()
        self.calls.tunnel_open(0.0)
        self.calls.receive(call, Icrp(assigned_call=99))
        return call


def cdn(assigned: int = 99) -> Cdn:
    return Cdn(result_code=ResultCode(3, 0, b"no"), assigned_call=assigned)


def test_a_call_is_announced_when_the_tunnel_is_open_and_numbered_in_order() -> None:
    bench = Bench()
    one, two = bench.calls.ring(), bench.calls.ring()
    assert bench.said() == []
    bench.calls.tunnel_open(5.0)
    requests = [message for _, message in bench.said()]
    assert [(m.assigned_call, m.call_serial) for m in requests if isinstance(m, Icrq)] == [
        (one, 1),
        (two, 2),
    ]
    assert bench.calls.deadline() == 5.0 + REPLY


def test_the_reply_opens_it_and_is_confirmed_to_the_servers_id() -> None:
    bench = Bench()
    call = bench.calls.ring()
    bench.calls.tunnel_open(0.0)
    assert bench.calls.receive(call, Icrp(assigned_call=99)) == [CallOpened(7, call, 99, False)]
    peer, message = bench.said()[-1]
    assert (peer, type(message)) == (99, Iccn)
    assert bench.exchange.roads[call].peer_tunnel == 70
    assert bench.calls.deadline() is None


def test_a_disconnect_takes_it_out_of_every_list() -> None:
    bench = Bench()
    call = bench.up()
    assert bench.calls.receive(call, cdn()) == [CallClosed(7, call, True, 3, 0, "no")]
    assert (len(bench.calls), bench.exchange.calls, bench.exchange.roads) == (0, {}, {})


def test_a_wrong_id_in_a_disconnect_is_counted_and_closes_none_the_less() -> None:
    bench = Bench()
    assert len(bench.calls.receive(bench.up(), cdn(5))) == 1
    assert bench.exchange.counters["wrong_assigned_id"] == 1


def test_late_words_about_a_call_that_is_gone_are_counted() -> None:
    bench = Bench()
    for message in (cdn(), Icrp(assigned_call=9), Iccn(connect_speed=1, framing_type=1)):
        assert bench.calls.receive(5, message) == []
    assert bench.exchange.counters["stray_call_messages"] == 3
    assert bench.said() == []


@pytest.mark.parametrize(
    "message",
    [
        Icrq(assigned_call=9, call_serial=1),
        Ocrq(
            assigned_call=9,
            call_serial=1,
            minimum_bps=1,
            maximum_bps=1,
            bearer_type=1,
            framing_type=1,
            called_number=b"1",
        ),
    ],
    ids=["ICRQ", "OCRQ"],
)
def test_calls_that_the_server_begins_are_refused_to_its_id(message: OfCall) -> None:
    bench = Bench()
    assert bench.calls.receive(0, message) == []
    ((peer, said),) = bench.said()
    assert isinstance(said, Cdn)
    assert (peer, said.result_code.result) == (9, 5)
    assert len(bench.calls) == 0


def test_line_errors_and_link_options_are_ppps_own_matter() -> None:
    bench = Bench()
    call = bench.up()
    assert bench.calls.receive(call, Wen(call_errors=bytes(26))) == []
    assert bench.calls.receive(call, Sli(accm=bytes(10))) == []
    assert bench.exchange.counters["ignored"] == 2


def test_an_unexpected_message_ends_the_call_with_a_word() -> None:
    bench = Bench()
    call = bench.up()
    (closed,) = bench.calls.receive(call, Icrp(assigned_call=98))
    assert isinstance(closed, CallClosed)
    peer, message = bench.said()[-1]
    assert (peer, type(message)) == (99, Cdn)


def test_a_message_that_cannot_be_read_ends_its_call_or_is_refused() -> None:
    bench = Bench()
    call = bench.up()
    body = parse_body(bytes.fromhex("8008000000000000")[:6] + b"\0\x0b", None)
    assert len(bench.calls.unreadable(call, body, BadValue("bad"))) == 1
    assert bench.calls.unreadable(call, body, BadValue("bad")) == []
    assert [type(message) for _, message in bench.said()[-2:]] == [Cdn, Cdn]


def test_who_is_not_answered_is_closed_in_time() -> None:
    bench = Bench()
    call = bench.calls.ring()
    bench.calls.tunnel_open(0.0)
    assert bench.calls.handle_timeout(REPLY - 1) == []
    (closed,) = bench.calls.handle_timeout(REPLY)
    assert isinstance(closed, CallClosed)
    assert closed.call == call
    assert bench.calls.close(call, BYE) == []


def test_the_end_of_the_tunnel_ends_all_without_a_word_for_each() -> None:
    bench = Bench()
    bench.up()
    bench.calls.ring()
    before = len(bench.said())
    assert len(bench.calls.fall(BYE)) == 2
    assert len(bench.said()) == before
