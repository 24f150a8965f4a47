"""The calls of one tunnel, RFC 2661, 7.4."""

from gateway.l2tp.call import Calls
from gateway.l2tp.control import Channel
from gateway.l2tp.errors import UnknownMandatory
from gateway.l2tp.events import CallClosed, CallOpened, CallRequested, L2tpEvent
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.header import Header, parse_header
from gateway.l2tp.messages import (
    Cdn,
    Iccn,
    Icrp,
    Icrq,
    Message,
    Occn,
    Ocrq,
    Sli,
    Wen,
    parse_body,
    read_message,
)
from gateway.l2tp.numbers import CALLS, SETUP
from gateway.l2tp.quirks import CLIENTS, STRICT
from gateway.l2tp.reasons import Reason
from gateway.l2tp.values import ResultCode
from tests.pair.net import seeded
from tests.pair.peers.l2tp_lac import avp, body

NOW = 100.0
ICCN = Iccn(connect_speed=64000, framing_type=1)
ENOUGH = Reason(False, 3, 0, "enough")
MSL2TP = CLIENTS[0]


class Desk:
    """Calls with all that belongs to them, and what they have queued to send."""

    def __init__(self) -> None:
        self.exchange = Exchange("postern", seeded(1), None, 8, 60.0)
        self.channel = Channel(7, 8, self.exchange.counters)
        self.calls = Calls(1, self.channel, self.exchange)
        self.said = 0

    def request(self, peer_call: int = 40) -> list[L2tpEvent]:
        icrq = Icrq(assigned_call=peer_call, call_serial=5, called_number=b"555")
        return self.calls.receive(0, icrq, STRICT, NOW)

    def up(self, peer_call: int = 40) -> int:
        (asked,) = self.request(peer_call)
        assert isinstance(asked, CallRequested)
        self.calls.answer(asked.call)
        self.calls.receive(asked.call, ICCN, STRICT, NOW)
        self.sent()
        return asked.call

    def sent(self) -> list[tuple[int, Message | None]]:
        """What was said since the last time: the peer's call id and the message."""
        found = []
        while messages := self.channel.flush(NOW):
            for each in messages:
                header, content = parse_header(each.message)
                found.append((header.call, read_message(parse_body(content, None))))
            self.said += len(messages)
            self.channel.receive(Header(1, 0, 0, self.said), b"", NOW)
        return found


def test_a_call_is_requested_answered_and_opened() -> None:
    desk = Desk()
    (asked,) = desk.request()
    assert isinstance(asked, CallRequested)
    assert (asked.tunnel, asked.peer_call, asked.serial, asked.called) == (1, 40, 5, "555")
    assert desk.sent() == []
    assert desk.calls.answer(asked.call) == []
    assert desk.sent() == [(40, Icrp(assigned_call=asked.call))]
    opened = desk.calls.receive(asked.call, ICCN, STRICT, NOW)
    assert opened == [CallOpened(1, asked.call, 40, sequencing=False)]
    assert asked.call in desk.exchange.roads


def test_the_peer_may_require_numbers_early_or_late() -> None:
    for early, late in ((True, None), (None, True)):
        desk = Desk()
        icrq = Icrq(assigned_call=40, call_serial=5, sequencing_required=early)
        (asked,) = desk.calls.receive(0, icrq, STRICT, NOW)
        assert isinstance(asked, CallRequested)
        desk.calls.answer(asked.call)
        iccn = Iccn(connect_speed=1, framing_type=1, sequencing_required=late)
        (opened,) = desk.calls.receive(asked.call, iccn, STRICT, NOW)
        assert isinstance(opened, CallOpened)
        assert opened.sequencing
        assert desk.exchange.roads[asked.call].sequencing


def test_the_peers_cdn_closes_the_call() -> None:
    desk = Desk()
    call = desk.up()
    cdn = Cdn(result_code=ResultCode(3, 0, b"bye"), assigned_call=40)
    assert desk.calls.receive(call, cdn, STRICT, NOW) == [CallClosed(1, call, True, 3, 0, "bye")]
    assert not desk.exchange.roads
    assert not desk.exchange.calls
    assert desk.sent() == []


def test_a_cdn_before_the_peer_knows_our_id_is_understood() -> None:
    desk = Desk()
    desk.request(40)
    cdn = Cdn(result_code=ResultCode(3), assigned_call=40)
    (closed,) = desk.calls.receive(0, cdn, STRICT, NOW)
    assert isinstance(closed, CallClosed)


def test_a_cdn_with_only_our_id_in_it_is_understood_from_msl2tp() -> None:
    for quirk, count in ((MSL2TP, 1), (STRICT, 0)):
        desk = Desk()
        call = desk.up()
        cdn = Cdn(result_code=ResultCode(3), assigned_call=call)
        assert len(desk.calls.receive(0, cdn, quirk, NOW)) == count


def test_a_cdn_with_a_wrong_id_in_it_closes_and_is_counted() -> None:
    desk = Desk()
    call = desk.up()
    cdn = Cdn(result_code=ResultCode(3), assigned_call=999)
    assert len(desk.calls.receive(call, cdn, STRICT, NOW)) == 1
    assert desk.exchange.counters["wrong_assigned_id"] == 1


def test_a_cdn_for_no_call_is_ignored() -> None:
    desk = Desk()
    cdn = Cdn(result_code=ResultCode(3), assigned_call=40)
    assert desk.calls.receive(77, cdn, STRICT, NOW) == []
    assert desk.sent() == []


def test_we_end_a_call_with_our_words() -> None:
    desk = Desk()
    call = desk.up()
    assert desk.calls.close(call, ENOUGH) == [CallClosed(1, call, False, 3, 0, "enough")]
    cdn = Cdn(result_code=ResultCode(3, 0, b"enough"), assigned_call=call)
    assert desk.sent() == [(40, cdn)]
    assert len(desk.calls) == 0


def test_a_second_request_for_the_same_call_ends_it() -> None:
    desk = Desk()
    call = desk.up()
    (closed,) = desk.request(40)
    assert isinstance(closed, CallClosed)
    assert (closed.call, closed.by_peer, closed.result, closed.error) == (call, False, 2, 5)


def test_the_icrp_of_a_confused_peer_is_refused() -> None:
    desk = Desk()
    assert desk.calls.receive(0, Icrp(assigned_call=41), STRICT, NOW) == []
    ((peer_call, message),) = desk.sent()
    assert peer_call == 41
    assert isinstance(message, Cdn)


def test_an_iccn_for_no_call_is_ignored() -> None:
    desk = Desk()
    assert desk.calls.receive(99, ICCN, STRICT, NOW) == []
    assert desk.sent() == []
    assert desk.exchange.counters == {"stray_call_messages": 1}


def test_outgoing_calls_are_refused() -> None:
    desk = Desk()
    ocrq = Ocrq(
        assigned_call=50,
        call_serial=1,
        minimum_bps=1,
        maximum_bps=1,
        bearer_type=1,
        framing_type=1,
        called_number=b"1",
    )
    desk.calls.receive(0, ocrq, STRICT, NOW)
    desk.calls.receive(0, Occn(connect_speed=1, framing_type=1), STRICT, NOW)
    first, second = desk.sent()
    assert (first[0], second[0]) == (50, 0)
    assert isinstance(first[1], Cdn)
    assert first[1].result_code.result == 5


def test_line_errors_and_accm_are_ignored() -> None:
    desk = Desk()
    call = desk.up()
    assert desk.calls.receive(call, Wen(call_errors=bytes(26)), STRICT, NOW) == []
    assert desk.calls.receive(call, Sli(accm=bytes(10)), STRICT, NOW) == []
    assert desk.exchange.counters == {"ignored": 2}


def test_more_calls_than_the_limit_are_refused() -> None:
    desk = Desk()
    for number in range(CALLS):
        assert len(desk.request(number + 1)) == 1
    assert desk.request(99) == []
    ((peer_call, message),) = desk.sent()
    assert peer_call == 99
    assert isinstance(message, Cdn)
    assert (message.result_code.result, message.result_code.message) == (4, b"too many calls")
    assert len(desk.calls) == len(desk.exchange.calls) == CALLS


def test_an_unreadable_message_ends_its_call() -> None:
    desk = Desk()
    call = desk.up()
    content = parse_body(body(12, avp(99, b"")), None)
    (closed,) = desk.calls.unreadable(call, content, UnknownMandatory("AVP 99"))
    assert closed == CallClosed(1, call, False, 2, 8, "AVP 99")


def test_an_unreadable_request_is_refused_by_the_id_it_says() -> None:
    desk = Desk()
    content = parse_body(body(10, avp(14, b"\0\x29")), None)
    assert desk.calls.unreadable(0, content, UnknownMandatory("AVP 99")) == []
    ((peer_call, message),) = desk.sent()
    assert peer_call == 41
    assert isinstance(message, Cdn)
    assert message.result_code == ResultCode(2, 8, b"AVP 99")


def test_a_call_that_does_not_come_up_in_time_is_ended() -> None:
    desk = Desk()
    desk.request()
    assert desk.calls.deadline() == NOW + SETUP
    assert desk.calls.handle_timeout(NOW + SETUP - 1) == []
    (closed,) = desk.calls.handle_timeout(NOW + SETUP)
    assert isinstance(closed, CallClosed)
    assert closed.result == 4
    assert desk.calls.deadline() is None


def test_an_open_call_has_no_deadline() -> None:
    desk = Desk()
    desk.up()
    assert desk.calls.deadline() is None


def test_when_the_tunnel_falls_its_calls_say_why_and_nothing_is_sent() -> None:
    desk = Desk()
    calls = [desk.up(number) for number in (40, 41)]
    closed = desk.calls.fall(ENOUGH)
    assert closed == [CallClosed(1, call, False, 3, 0, "enough") for call in calls]
    assert desk.sent() == []


def test_an_answer_given_twice_is_sent_once() -> None:
    desk = Desk()
    (asked,) = desk.request()
    assert isinstance(asked, CallRequested)
    desk.calls.answer(asked.call)
    desk.calls.answer(asked.call)
    assert len(desk.sent()) == 1
