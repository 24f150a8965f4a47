"""The LNS by its door. Recorded bytes: tests/vectors/l2tp; others are built by another hand."""

from collections.abc import Callable
from struct import pack

import pytest

from gateway.l2tp.errors import Drop
from gateway.l2tp.events import (
    CallClosed,
    CallOpened,
    CallRequested,
    L2tpEvent,
    Send,
    TunnelClosed,
    TunnelOpened,
)
from gateway.l2tp.header import parse_header
from gateway.l2tp.machine import Lns
from gateway.l2tp.numbers import TUNNELS
from tests.captures import messages, shared_data, udp_datagrams, vectors
from tests.pair.net import seeded
from tests.pair.peers.l2tp_lac import avp, body, control

NOW = 100.0
LAC = bytes([192, 0, 2, 10])


def scripted(*drawn: str) -> Callable[[int], bytes]:
    """Chance that gives what the recorded LNS drew."""
    values = [bytes.fromhex(each) for each in drawn]
    return lambda count: values.pop(0)


def sccrq(peer_tunnel: int = 7, host: bytes = b"OLDBOX", *more: bytes) -> bytes:
    pairs = (avp(2, b"\1\0"), avp(3, bytes(4)), avp(7, host), avp(9, pack("!H", peer_tunnel)))
    return control(0, 0, 0, 0, body(1, *pairs, *more))


def sent(events: list[L2tpEvent]) -> list[bytes]:
    return [each.message for each in events if isinstance(each, Send)]


def opened(lns: Lns, peer_tunnel: int = 7, now: float = NOW) -> list[L2tpEvent]:
    (reply,) = sent(lns.receive(sccrq(peer_tunnel), now))
    return lns.receive(control(_assigned(reply), 0, 1, 1, body(3)), now)


def _assigned(reply: bytes) -> int:
    """The Assigned Tunnel ID of an SCCRP."""
    place = reply.index(b"\x80\x08\0\0\0\x09")
    return int.from_bytes(reply[place + 6 : place + 8], "big")


def from_the_lac(name: str) -> list[bytes]:
    found = udp_datagrams(vectors("l2tp") / name)
    return [each.payload for each in found if each.source.host == LAC]


def take(lns: Lns, payload: bytes) -> tuple[list[L2tpEvent], bool]:
    """One message of either kind, calls answered at once; whether it was a frame of a call."""
    if not payload[0] & 0x80:
        return [], not isinstance(lns.open_data(payload), Drop)
    heard = lns.receive(payload, NOW)
    asked = [each for each in heard if isinstance(each, CallRequested)]
    return heard + [event for each in asked for event in lns.answer(each.call, NOW)], False


@pytest.mark.parametrize(
    ("name", "secret", "drawn", "count"),
    [
        ("gen-l2tp-mschapv2.pcap", None, ("b597", "642d"), 19),
        (
            "gen-l2tp-tunnelauth-pap.pcap",
            b"tunnel-secret-42",
            ("1107", "3f24e8cb826e2102a146354e8e62fa6c", "a121"),
            20,
        ),
    ],
)
def test_a_recorded_client_gets_its_session_from_us(
    name: str, secret: bytes | None, drawn: tuple[str, ...], count: int
) -> None:
    lns = Lns("lns.example.net", scripted(*drawn), secret)
    events: list[L2tpEvent] = []
    frames = 0
    for payload in from_the_lac(name):
        heard, through = take(lns, payload)
        events += heard
        frames += through
    kinds = [type(each) for each in events if not isinstance(each, Send)]
    assert kinds == [TunnelOpened, CallRequested, CallOpened, CallClosed, TunnelClosed]
    assert frames == count
    assert lns.counters == {}


def test_windows_own_sccrq_is_answered() -> None:
    (payload,) = messages(shared_data() / "l2tp" / "windows2000-xp-sccrq.json")
    (reply,) = sent(Lns("postern", seeded(1)).receive(payload, NOW))
    assert parse_header(reply)[0].tunnel == 1
    assert b"postern" in reply


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_messages_of_go_l2tp_change_nothing(place: int) -> None:
    case = (
        "c802001400010000000100018008000000000006",
        "c802000c0001000000010001",
        "c803007c0000000000000000800800000000000180",
    )[place]
    lns = Lns("postern", seeded(1))
    assert lns.receive(bytes.fromhex(case), NOW) == []
    assert sum(lns.counters.values()) == 1


def test_hostile_messages_open_nothing() -> None:
    lns = Lns("postern", seeded(1))
    for payload in messages(vectors("captures") / "hostile" / "tcpdump-l2tp-avp-overflow.pcap"):
        for start in range(max(len(payload) - 8, 0)):
            heard = lns.receive(payload[start:], NOW)
            assert not any(isinstance(each, TunnelOpened) for each in heard)
            assert isinstance(lns.open_data(payload[start:]), Drop)


def test_the_scanners_sccrq_is_counted_and_not_answered() -> None:
    (payload,) = messages(shared_data() / "hostile" / "l2tp-sccrq-wrong-avp-length.json")
    lns = Lns("postern", seeded(1))
    assert sent(lns.receive(payload, NOW)) == []
    assert lns.counters == {"malformed": 1}


def test_an_sccrq_without_an_id_to_answer_is_reported() -> None:
    lns = Lns("postern", seeded(1))
    (closed,) = lns.receive(control(0, 0, 0, 0, body(1)), NOW)
    assert closed == TunnelClosed(0, False, 2, 3, "SCCRQ without Assigned Tunnel ID")


def test_an_sccrq_that_is_not_the_first_message_is_reported() -> None:
    lns = Lns("postern", seeded(1))
    (closed,) = lns.receive(control(0, 0, 5, 0, sccrq()[12:]), NOW)
    assert closed == TunnelClosed(0, False, 2, 3, "SCCRQ out of order")


def test_an_sccrq_sent_again_makes_no_second_tunnel() -> None:
    lns = Lns("postern", seeded(1))
    lns.receive(sccrq(), NOW)
    (zlb,) = sent(lns.receive(sccrq(), NOW + 1))
    assert len(zlb) == 12
    assert parse_header(zlb)[0].tunnel == 7


def test_too_many_tunnels_are_refused_and_do_not_pile_up() -> None:
    lns = Lns("postern", seeded(1))
    for number in range(TUNNELS):
        lns.receive(sccrq(number + 1), NOW)
    for number in range(100):
        (stop,) = sent(lns.receive(sccrq(number + 100), NOW))
        assert b"too many tunnels" in stop
    assert len(lns._tunnels) <= 2 * TUNNELS + 1


def test_a_stop_of_a_client_that_does_not_know_our_id_is_understood() -> None:
    lns = Lns("postern", seeded(1))
    lns.receive(sccrq(7), NOW)
    stop = body(4, avp(9, pack("!H", 7)), avp(1, b"\0\1"))
    events = lns.receive(control(0, 0, 1, 0, stop), NOW)
    assert isinstance(events[0], TunnelClosed)
    assert events[0].by_peer


def test_strangers_ids_are_counted() -> None:
    lns = Lns("postern", seeded(1))
    stop = body(4, avp(9, pack("!H", 7)), avp(1, b"\0\1"))
    assert lns.receive(control(0, 0, 1, 0, stop), NOW) == []
    assert lns.receive(control(99, 0, 1, 0, stop), NOW) == []
    assert lns.receive(control(0, 0, 0, 0), NOW) == []
    assert lns.counters == {"no_tunnel": 2, "malformed": 1}


def test_commands_for_a_call_that_is_gone_do_nothing() -> None:
    lns = Lns("postern", seeded(1))
    assert lns.answer(5, NOW) == []
    assert lns.refuse(5, 4, 0, "gone", NOW) == []
    assert lns.hang_up(5, 3, 0, "gone", NOW) == []
    assert lns.close("gone", NOW) == []
    assert lns.seal_data(5, b"frame") is Drop.NO_CALL
    assert lns.deadline() is None
    assert lns.idle


def test_the_tunnel_that_comes_up_takes_the_others_place() -> None:
    lns = Lns("postern", seeded(1))
    (first,) = [each for each in opened(lns, 7) if isinstance(each, TunnelOpened)]
    events = opened(lns, 8, NOW + 20)
    (second,) = [each for each in events if isinstance(each, TunnelOpened)]
    (closed,) = [each for each in events if isinstance(each, TunnelClosed)]
    assert (closed.tunnel, closed.message) == (first.tunnel, "the client has dialled again")
    assert first.tunnel != second.tunnel


def test_a_tunnels_id_given_anew_ends_the_old_tunnel_without_a_word() -> None:
    lns = Lns("postern", seeded(1))
    opened(lns, 7)
    events = lns.receive(sccrq(7), NOW + 20)
    assert isinstance(events[0], TunnelClosed)
    (reply,) = sent(events)
    assert parse_header(reply)[0].ns == 0


def test_the_secret_is_in_nothing_that_is_shown() -> None:
    lns = Lns("postern", seeded(1), b"tunnel-secret-42")
    events = lns.receive(sccrq(7, b"OLDBOX", avp(11, b"prove it")), NOW)
    assert "tunnel-secret-42" not in repr((lns._exchange, events))


def test_our_ids_are_never_zero_and_never_twice() -> None:
    drawn = iter([0, 5, 5, 6])
    lns = Lns("postern", lambda count: next(drawn).to_bytes(count, "big"))
    replies = [sent(lns.receive(sccrq(number), NOW))[0] for number in (1, 2)]
    assert [_assigned(each) for each in replies] == [5, 6]


def test_data_counts_as_a_sign_of_life_and_silence_ends_it_all() -> None:
    lns = Lns("postern", seeded(1), hello=20.0)
    opened(lns)
    tunnel = next(iter(lns._tunnels))
    icrq = body(10, avp(14, b"\0\x28"), avp(15, bytes(4)))
    (asked, _) = lns.receive(control(tunnel, 0, 2, 1, icrq), NOW)
    assert isinstance(asked, CallRequested)
    lns.answer(asked.call, NOW)
    iccn = body(12, avp(24, bytes(4)), avp(19, bytes(4)))
    lns.receive(control(tunnel, asked.call, 3, 2, iccn), NOW)
    lns.note_alive(NOW + 10)
    assert lns.handle_timeout(NOW + 20) == []
    assert lns.deadline() == NOW + 30
    events: list[L2tpEvent] = []
    while (due := lns.deadline()) is not None:
        events += lns.handle_timeout(due)
    assert len(sent(events)) == 8
    assert [type(each) for each in events[-2:]] == [CallClosed, TunnelClosed]


def test_a_refused_call_takes_its_tunnel_with_it() -> None:
    lns = Lns("postern", seeded(1))
    opened(lns)
    tunnel = next(iter(lns._tunnels))
    icrq = body(10, avp(14, b"\0\x28"), avp(15, bytes(4)))
    (asked, _) = lns.receive(control(tunnel, 0, 2, 1, icrq), NOW)
    assert isinstance(asked, CallRequested)
    assert len(lns.refuse(asked.call, 4, 0, "server is down", NOW)) == 2
    events = lns.receive(control(tunnel, 0, 3, 2), NOW)
    assert isinstance(events[0], TunnelClosed)
    assert not lns.idle
    lns.receive(control(tunnel, 0, 3, 3), NOW)
    assert lns.idle


def called(lns: Lns) -> int:
    """A call in a tunnel that is up; our id of it."""
    events = opened(lns)
    (tunnel,) = [event.tunnel for event in events if isinstance(event, TunnelOpened)]
    request = body(10, avp(14, b"\0\5"), avp(15, bytes(4)))
    events = lns.receive(control(tunnel, 0, 2, 1, request), NOW)
    (call,) = [event.call for event in events if isinstance(event, CallRequested)]
    lns.answer(call, NOW)
    connected = body(12, avp(24, bytes(4)), avp(19, bytes(4)))
    events = lns.receive(control(tunnel, call, 3, 2, connected), NOW)
    assert any(isinstance(event, CallOpened) for event in events)
    return call


def test_time_stops_while_the_client_cannot_be_reached() -> None:
    lns = Lns("postern", seeded(1))
    called(lns)
    assert lns.steady
    assert lns.deadline() == NOW + 60.0
    lns.pause()
    assert lns.deadline() is None
    assert lns.handle_timeout(NOW + 5000.0) == []
    lns.resume(NOW + 5000.0)
    assert lns.deadline() == NOW + 5060.0


def test_what_was_said_during_a_pause_is_said_again_behind_it() -> None:
    lns = Lns("postern", seeded(1))
    call = called(lns)
    lns.pause()
    (unheard,) = sent(lns.hang_up(call, 1, 0, "the server is gone", NOW + 10.0))
    lns.resume(NOW + 5000.0)
    assert unheard in sent(lns.handle_timeout(NOW + 5000.0))


def test_who_was_not_paused_is_not_woken() -> None:
    lns = Lns("postern", seeded(1))
    called(lns)
    lns.resume(NOW + 30.0)
    assert lns.deadline() == NOW + 60.0


def test_closing_ends_a_pause() -> None:
    lns = Lns("postern", seeded(1))
    called(lns)
    lns.pause()
    assert len(sent(lns.close("the end", NOW + 10.0))) == 1
    assert lns.deadline() is not None


def test_without_a_call_nothing_is_steady() -> None:
    lns = Lns("postern", seeded(1))
    assert not lns.steady
    opened(lns)
    assert not lns.steady


def test_a_message_is_known_by_a_tunnel_that_stands() -> None:
    lns = Lns("postern", seeded(1))
    [reply] = sent(lns.receive(sccrq(), NOW))
    ours = _assigned(reply)
    for message in (control(ours, 0, 1, 1, b""), pack("!HHHB", 2, ours, 9, 0)):
        assert lns.knows(message)
        assert not Lns("another", seeded(2)).knows(message)
    assert not lns.knows(b"")
    lns.close("test", NOW)
    assert not lns.knows(control(ours, 0, 1, 1, b""))


def test_in_doubt_whether_the_client_is_there_its_tunnels_ask_at_once() -> None:
    lns = Lns("postern", seeded(1), hello=20.0)
    opened(lns)
    tunnel = next(iter(lns._tunnels))
    icrq = body(10, avp(14, b"\0\x28"), avp(15, bytes(4)))
    (asked, _) = lns.receive(control(tunnel, 0, 2, 1, icrq), NOW)
    assert isinstance(asked, CallRequested)
    lns.answer(asked.call, NOW)
    iccn = body(12, avp(24, bytes(4)), avp(19, bytes(4)))
    lns.receive(control(tunnel, asked.call, 3, 2, iccn), NOW)
    assert lns.deadline() == NOW + 20
    lns.ask(NOW + 1)
    assert lns.deadline() == NOW + 1
    assert len(sent(lns.handle_timeout(NOW + 1))) == 1
