"""One control connection, RFC 2661, 5 and 7.2. Messages are built by another hand."""

from struct import pack

import pytest

from gateway.l2tp.events import L2tpEvent, Send, TunnelClosed, TunnelOpened
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.header import Header, parse_header
from gateway.l2tp.messages import Message, Sccrp, StopCcn, parse_body, read_message
from gateway.l2tp.numbers import LINGER, SETUP
from gateway.l2tp.reasons import Reason
from gateway.l2tp.tunnel import Tunnel
from gateway.l2tp.tunnel_states import State
from gateway.l2tp.values import ResultCode
from tests.pair.net import seeded
from tests.pair.peers.l2tp_lac import avp, body

NOW = 100.0
PAIRS = (avp(2, b"\1\0"), avp(3, bytes(4)), avp(7, b"OLDBOX"), avp(9, pack("!H", 7)))
SCCRQ = body(1, *PAIRS)
SCCCN, HELLO, STOPCCN = body(3), body(6), body(4, avp(9, b"\0\7"), avp(1, b"\0\1"))
ICRQ = body(10, avp(14, b"\0\x28"), avp(15, bytes(4)))
ICCN = body(12, avp(24, bytes(4)), avp(19, b"\0\0\0\1"))
DONE = Reason(False, 1, 0, "done")


class Talk:
    """A tunnel, and the peer's numbers kept for it."""

    def __init__(self, welcome: bool = True) -> None:
        self.exchange = Exchange("postern", seeded(1), None, 8, 60.0)
        self.tunnel = Tunnel(3, 7, self.exchange, NOW, welcome=welcome)
        self.ns = self.nr = 0
        self.now = NOW

    def hear(self, content: bytes, call: int = 0) -> list[L2tpEvent]:
        header = Header(3, call, self.ns, self.nr)
        self.ns += bool(content)
        return self._keep(self.tunnel.receive(header, content, self.now))

    def wait(self) -> list[L2tpEvent]:
        due = self.tunnel.deadline()
        assert due is not None
        self.now = due
        return self._keep(self.tunnel.handle_timeout(due))

    def up(self) -> "Talk":
        self.hear(SCCRQ)
        self.hear(SCCCN)
        assert self.tunnel.state is State.ESTABLISHED
        return self

    def _keep(self, events: list[L2tpEvent]) -> list[L2tpEvent]:
        for event in events:
            if isinstance(event, Send) and len(event.message) > 12:
                self.nr = parse_header(event.message)[0].ns + 1
        return events


def said(events: list[L2tpEvent]) -> list[Message | None]:
    """What is sent, ZLBs left out."""
    bodies = [parse_header(each.message)[1] for each in events if isinstance(each, Send)]
    return [read_message(parse_body(each, None)) for each in bodies if each]


def test_a_tunnel_comes_up() -> None:
    talk = Talk()
    (reply,) = said(talk.hear(SCCRQ))
    assert isinstance(reply, Sccrp)
    assert reply.assigned_tunnel == 3
    events = talk.hear(SCCCN)
    assert events[0] == TunnelOpened(3, 7, "OLDBOX", "", 0, None, pairs=(2, 3, 7, 9))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (body(1, *PAIRS[:2], PAIRS[3]), ResultCode(2, 3, b"SCCRQ without host name")),
        (body(1, *PAIRS[1:]), ResultCode(2, 3, b"SCCRQ without protocol version")),
        (body(1, avp(2, b"\2\0"), *PAIRS[1:]), ResultCode(5, 0x0100, b"protocol version 0x0200")),
        (body(1, *PAIRS, avp(10, b"\0\0")), ResultCode(2, 3, b"AVP 10 is zero")),
        (body(1, *PAIRS, avp(10, b"\0")), ResultCode(2, 2, b"AVP 10 holds 1 bytes")),
        (
            body(1, *PAIRS, avp(99, b"")),
            ResultCode(2, 8, b"AVP 99 of vendor 0 is not known"),
        ),
        (
            body(1, *PAIRS, avp(11, b"prove it")),
            ResultCode(4, 0, b"tunnel authentication is asked for and there is no secret"),
        ),
        (SCCRQ + b"\x80\x08", ResultCode(2, 2, b"AVP: 2 bytes wanted, 0 left")),
    ],
    ids=["host", "version-missing", "version-2", "window-0", "length", "unknown", "secret", "cut"],
)
def test_a_request_that_cannot_be_accepted(content: bytes, code: ResultCode) -> None:
    talk = Talk()
    (stop,) = said(talk.hear(content))
    assert isinstance(stop, StopCcn)
    assert stop.result_code == code
    assert talk.tunnel.state is State.CLOSED


def test_a_tunnel_without_room_refuses() -> None:
    (stop,) = said(Talk(welcome=False).hear(SCCRQ))
    assert isinstance(stop, StopCcn)
    assert stop.result_code == ResultCode(2, 4, b"too many tunnels")


@pytest.mark.parametrize("content", [SCCRQ, body(2, *PAIRS), SCCCN])
def test_a_message_out_of_its_order_ends_the_tunnel(content: bytes) -> None:
    talk = Talk().up()
    (stop,) = said(talk.hear(content))
    assert isinstance(stop, StopCcn)
    assert stop.result_code.result == 7


def test_a_call_before_the_tunnel_is_up_ends_it() -> None:
    talk = Talk()
    talk.hear(SCCRQ)
    (stop,) = said(talk.hear(ICRQ))
    assert isinstance(stop, StopCcn)
    assert stop.result_code.result == 7


def test_an_unknown_message_ends_the_tunnel_unless_it_may_be_ignored() -> None:
    talk = Talk().up()
    assert said(talk.hear(avp(0, b"\0\x63", mandatory=False))) == []
    assert talk.exchange.counters == {"ignored": 1}
    (stop,) = said(talk.hear(avp(0, b"\0\x63")))
    assert isinstance(stop, StopCcn)
    assert stop.result_code == ResultCode(2, 3, b"message type 99 is not known")


def test_a_bad_message_of_a_call_leaves_the_tunnel_up() -> None:
    talk = Talk().up()
    events = talk.hear(body(10, avp(14, b"\0\x28")))
    assert talk.tunnel.state is State.ESTABLISHED
    assert [each.TYPE.name for each in said(events) if each] == ["CDN"]


def test_a_message_that_cannot_be_taken_apart_ends_the_tunnel() -> None:
    talk = Talk().up()
    (stop,) = said(talk.hear(ICRQ + b"\x80\x03\0\0\0\0"))
    assert isinstance(stop, StopCcn)
    assert stop.result_code == ResultCode(2, 2, b"AVP of 3 bytes is shorter than its header")


def test_the_peers_stop_is_acknowledged_for_a_while() -> None:
    talk = Talk().up()
    events = talk.hear(STOPCCN)
    assert events[0] == TunnelClosed(3, True, 1, 0, "")
    talk.ns -= 1
    (zlb,) = talk.hear(STOPCCN)
    assert isinstance(zlb, Send)
    assert talk.tunnel.deadline() == talk.tunnel.forget_at == NOW + LINGER
    assert talk.wait() == []


def test_what_comes_after_the_end_is_only_acknowledged() -> None:
    talk = Talk().up()
    talk.tunnel.close(DONE, NOW)
    assert said(talk.hear(ICRQ)) == []
    assert said(talk.hear(b"\x80")) == []
    assert said(talk.hear(STOPCCN)) == []
    assert talk.tunnel.channel.idle


def test_our_stop_overtakes_what_has_not_left() -> None:
    talk = Talk().up()
    for _ in range(3):
        talk.tunnel.channel.send(0, HELLO)
    talk.tunnel.channel.flush(NOW)
    talk.tunnel.close(DONE, NOW)
    talk.nr += 1
    (stop,) = said(talk.hear(b""))
    assert isinstance(stop, StopCcn)


def test_an_unconfirmed_tunnel_is_closed() -> None:
    talk = Talk()
    talk.hear(SCCRQ)
    talk.hear(b"")  # acknowledges the SCCRP; the SCCCN never comes
    assert talk.tunnel.deadline() == NOW + SETUP
    assert [each.message for each in talk.wait() if isinstance(each, TunnelClosed)] == [
        "not connected within 60 s"
    ]


def test_a_tunnel_without_a_call_is_closed() -> None:
    talk = Talk().up()
    closed = [each for each in talk.wait() if isinstance(each, TunnelClosed)]
    assert talk.now == NOW + SETUP
    assert [each.message for each in closed] == ["no call in the tunnel"]


def test_our_cdn_unacknowledged_holds_the_stop_up_for_two_seconds() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    talk.tunnel.hang_up(call, DONE, NOW)
    talk.wait()
    assert talk.tunnel.state is State.ESTABLISHED
    talk.wait()
    assert (talk.tunnel.state, talk.now) == (State.CLOSED, NOW + 2.0)


def test_silence_is_asked_about_and_an_answer_is_enough() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    talk.tunnel.answer(call, NOW)
    talk.nr += 1
    talk.hear(body(12, avp(24, bytes(4)), avp(19, bytes(4))), call)
    talk.tunnel.note_alive(NOW + 10)
    assert talk.tunnel.deadline() == NOW + 70
    assert [each.TYPE.name for each in said(talk.wait()) if each] == ["HELLO"]
    assert talk.tunnel.deadline() == NOW + 71
    talk.hear(b"")
    assert talk.tunnel.deadline() == NOW + 130


def test_a_lost_tunnel_says_nothing_and_is_not_kept() -> None:
    talk = Talk().up()
    assert talk.tunnel.lose(DONE, NOW) == [TunnelClosed(3, False, 1, 0, "done")]
    assert talk.tunnel.forget_at == NOW


def test_a_request_is_a_repeat_only_while_it_can_be() -> None:
    talk = Talk()
    talk.hear(SCCRQ)
    assert talk.tunnel.is_repeat(SCCRQ, NOW)
    assert not talk.tunnel.is_repeat(body(1, *PAIRS, avp(10, b"\0\4")), NOW)
    talk.hear(SCCCN)
    assert talk.tunnel.is_repeat(SCCRQ, NOW + 7.9)
    assert not talk.tunnel.is_repeat(SCCRQ, NOW + 8.0)
    talk.tunnel.close(DONE, NOW)
    assert not talk.tunnel.is_repeat(SCCRQ, NOW)


def test_a_refused_request_is_a_repeat_until_the_refusal_has_arrived() -> None:
    talk = Talk(welcome=False)
    talk.hear(SCCRQ)
    assert talk.tunnel.is_repeat(SCCRQ, NOW)
    talk.hear(b"")
    assert not talk.tunnel.is_repeat(SCCRQ, NOW)


def test_a_hello_is_acknowledged() -> None:
    talk = Talk().up()
    (zlb,) = talk.hear(HELLO)
    assert isinstance(zlb, Send)
    assert len(zlb.message) == 12


def test_a_peer_that_acknowledges_nothing_is_lost() -> None:
    talk = Talk()
    talk.hear(SCCRQ)
    talk.nr = 0
    events: list[L2tpEvent] = []
    for _ in range(8):
        events = talk.tunnel.handle_timeout(talk.tunnel.deadline() or 0.0)
    assert events == [TunnelClosed(3, False, 0, 0, "the peer does not acknowledge")]


def test_a_wrong_id_in_a_stop_is_counted() -> None:
    talk = Talk().up()
    talk.hear(body(4, avp(9, b"\0\x63"), avp(1, b"\0\1")))
    assert talk.tunnel.state is State.CLOSED
    assert talk.exchange.counters == {"wrong_assigned_id": 1}


def test_the_stop_follows_our_last_cdn_at_once_when_that_is_acknowledged() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    talk.tunnel.hang_up(call, DONE, NOW)
    talk.nr += 1
    (stop,) = said(talk.hear(b""))
    assert isinstance(stop, StopCcn)


def test_another_request_keeps_the_tunnel_after_our_last_cdn() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    talk.tunnel.hang_up(call, DONE, NOW)
    talk.hear(ICRQ)
    talk.nr += 1
    assert said(talk.hear(b"")) == []
    assert talk.tunnel.state is State.ESTABLISHED


def test_a_tunnel_is_steady_while_its_calls_are_up_and_nothing_else_is_going_on() -> None:
    talk = Talk().up()
    assert not talk.tunnel.steady
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    assert not talk.tunnel.steady
    talk.tunnel.answer(call, talk.now)
    talk.nr += 1
    talk.hear(ICCN, call)
    assert talk.tunnel.steady
    talk.tunnel.hang_up(call, DONE, talk.now)
    assert not talk.tunnel.steady


def test_after_a_pause_silence_counts_anew() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    (call,) = talk.exchange.calls
    talk.tunnel.answer(call, talk.now)
    talk.nr += 1
    talk.hear(ICCN, call)
    talk.tunnel.wake(NOW + 1000.0)
    assert talk.tunnel.deadline() == NOW + 1060.0


def test_a_tunnel_in_doubt_asks_at_once() -> None:
    talk = Talk().up()
    talk.hear(ICRQ)
    call = next(iter(talk.exchange.calls))
    talk._keep(talk.tunnel.answer(call, talk.now))
    talk.hear(body(12, avp(24, bytes(4)), avp(19, bytes(4))), call)
    talk.tunnel.doubt(talk.now)
    assert talk.tunnel.deadline() == talk.now
    [asked] = talk.wait()
    assert isinstance(asked, Send)
    assert asked.message[12:] == HELLO
