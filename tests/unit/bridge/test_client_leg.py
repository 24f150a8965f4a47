import pytest

from gateway.bridge.classify import PORT_L2TP, Kind, l2tp_in
from gateway.bridge.client_leg import LONGEST_IDLE, ClientLeg, Counters, Pair
from gateway.bridge.place import Place
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES
from gateway.l2tp import events as l2tp
from gateway.l2tp.machine import Lns
from gateway.outputs import Fact, SendIp, What
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, host_bytes, parse_ipv4
from gateway.wire.udp import Endpoint, build_udp, parse_udp
from tests.pair.gateway_world import meet
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import XP_SP2

SUITE = SUITES["3des-sha1"]
KEYMAT = bytes(range(SUITE.keymat_length))
LOCAL = Endpoint(host_bytes("198.51.100.1"), 4500)
PEER = Endpoint(host_bytes("203.0.113.7"), 61000)
ESP_PEER = Endpoint(host_bytes("203.0.113.8"), 62000)
ELSEWHERE = Endpoint(host_bytes("203.0.113.9"), 62000)


def pair(spi: int, *, carrier: Kind = Kind.ESP_IN_UDP, confirmed: bool = False) -> Pair:
    inbound = Inbound(spi, SUITE, KEYMAT)
    outbound = Outbound(spi + 1, SUITE, KEYMAT, seeded(spi))
    return Pair(1, "3des-sha1", inbound, outbound, carrier, confirmed)


def make(*pairs: Pair, port: int = 1701) -> ClientLeg:
    lns = Lns("postern", seeded(1))
    leg = ClientLeg(1, 10.0, "old-pc", "192.168.1.2", LOCAL, Place(PEER, ESP_PEER), lns)
    for each in pairs:
        leg.add_pair(each, port)
    return leg


def current(leg: ClientLeg) -> int | None:
    return None if leg.current is None else leg.current.inbound.spi


def test_the_first_pair_sends_at_once_and_the_next_only_when_confirmed() -> None:
    leg = make(pair(1000), pair(2000))
    assert current(leg) == 1000
    leg.confirm(2000)
    assert current(leg) == 2000


def test_a_pair_confirmed_again_does_not_take_over_from_a_newer_one() -> None:
    leg = make(pair(1000), pair(2000))
    leg.confirm(1000)
    leg.confirm(2000)
    leg.confirm(1000)
    assert current(leg) == 2000


def test_when_the_sending_pair_is_deleted_the_newest_confirmed_one_takes_over() -> None:
    leg = make(pair(1000, confirmed=True), pair(2000, confirmed=True), pair(3000))
    leg.confirm(3000)
    leg.retire_pair(3000)
    assert current(leg) == 2000
    leg.retire_pair(2000)
    leg.retire_pair(1000)
    assert current(leg) is None


def test_a_deleted_pair_is_not_confirmed_any_more() -> None:
    leg = make(pair(1000), pair(2000))
    leg.retire_pair(2000)
    leg.confirm(2000)
    assert current(leg) == 1000


def test_a_pair_without_confirmation_sends_rather_than_none() -> None:
    leg = make(pair(1000), pair(2000))
    leg.retire_pair(1000)
    assert current(leg) == 2000


def test_a_leg_without_keys_and_tunnel_is_empty() -> None:
    leg = make(pair(1000))
    assert not leg.is_empty
    leg.forget_pair(1000)
    assert leg.is_empty
    leg.forget_pair(1000)


@pytest.mark.parametrize(
    ("carrier", "protocol", "ports", "start"),
    [
        (Kind.ESP_IN_UDP, PROTOCOL_UDP, bytes.fromhex("1194f230"), 8),  # from 4500 to 62000
        (Kind.ESP_ON_500, PROTOCOL_UDP, bytes.fromhex("01f4f230"), 16),  # from 500
        (Kind.ESP, PROTOCOL_ESP, b"", 0),
    ],
)
def test_a_message_leaves_for_the_client_as_its_nat_wants_it(
    carrier: Kind, protocol: int, ports: bytes, start: int
) -> None:
    leg = make(pair(1000, carrier=carrier), port=1702)
    output = leg.seal(b"\xc8\x02l2tp")
    assert isinstance(output, SendIp)
    header = parse_ipv4(output.packet)
    assert (header.source, header.target) == (LOCAL.host, ESP_PEER.host)
    assert header.protocol == protocol
    packet = output.packet[header.start :]
    assert packet.startswith(ports)
    assert packet[8:start] == bytes(start)[8:]  # the marker, if any
    segment = Inbound(1001, SUITE, KEYMAT).open(packet, start)
    assert isinstance(segment, bytes)
    assert parse_udp(segment) == (1701, 1702, b"\xc8\x02l2tp")


def test_without_keys_nothing_leaves_and_that_is_counted() -> None:
    leg = make()
    assert leg.seal(b"x") is None
    assert leg.carry([l2tp.Send(b"x")]) == []
    assert leg.drops.by_reason == {"no_sa": 2}


def test_an_expired_pair_and_an_unknown_call_are_counted_too() -> None:
    leg = make(pair(1000))
    assert leg.send_frame(77, b"x") is None
    assert leg.current is not None
    leg.current.outbound.expire()
    assert leg.seal(b"x") is None
    assert leg.drops.by_reason == {"no_call": 1, "expired": 1}
    assert leg.drops.total() == 2


def test_only_what_l2tp_wants_sent_is_carried() -> None:
    leg = make(pair(1000))
    said: list[l2tp.L2tpEvent] = [
        l2tp.CallClosed(1, 2, False, 3, 0, ""),
        l2tp.Send(b"one"),
        l2tp.Send(b"two"),
    ]
    assert len(leg.carry(said)) == 2


def test_l2tp_goes_to_both_places_while_it_is_not_known_where_esp_is_now() -> None:
    """The NAT keeps ESP apart from IKE, and IKE alone has come from a new port so far."""
    leg = make(pair(1000))
    leg.place = leg.place.hear_esp(ESP_PEER)
    assert targets(leg) == [ESP_PEER.host]
    leg.place = leg.place.hear_ike(ELSEWHERE)
    assert targets(leg) == [ESP_PEER.host, ELSEWHERE.host]
    leg.place = leg.place.hear_esp(ESP_PEER)
    assert targets(leg) == [ESP_PEER.host]


def test_until_an_heir_is_known_to_be_another_l2tp_goes_by_its_keys_too() -> None:
    leg, heir = make(pair(1000)), make(pair(2000))
    leg.heir = heir
    assert len(targets(leg)) == 1
    heir.confirm(2000)
    assert len(targets(leg)) == 2


def targets(leg: ClientLeg) -> list[bytes]:
    """Where one message of L2TP goes."""
    sent = leg.carry([l2tp.Send(b"hello")])
    return [parse_ipv4(each.packet).target for each in sent if isinstance(each, SendIp)]


def test_its_deadline_is_that_of_its_l2tp() -> None:
    leg = make(pair(1000))
    assert leg.deadline() is None
    assert leg.key == ("old-pc", "192.168.1.2", PEER)


def test_counters_count_by_reason() -> None:
    counters = Counters()
    counters.count("a")
    counters.count("a")
    counters.count("b")
    assert counters.by_reason == {"a": 2, "b": 1}


def test_l2tp_is_awaited_once_a_dial_and_its_silence_told_once() -> None:
    leg = make(pair(1000))
    assert leg.expect_l2tp(20.0) == 30.0
    assert leg.expect_l2tp(21.0) is None
    [fact] = leg.tell_silence(30.0)
    assert isinstance(fact, Fact)
    assert (fact.what, fact.dial) == (What.SILENCE, 1)
    assert fact.details["packets"] == "0"
    assert leg.tell_silence(30.0) == []


def test_a_control_message_ends_the_silence() -> None:
    leg = make(pair(1000))
    leg.expect_l2tp(20.0)
    leg.hear(b"\xc8\x02junk", 25.0)
    assert leg.tell_silence(30.0) == []


def test_nothing_is_awaited_of_a_leg_whose_dial_has_its_session() -> None:
    leg = make(pair(1000))
    leg.began = None
    assert leg.expect_l2tp(20.0) is None


def test_a_leg_rests_only_without_keys_and_with_a_main_mode_and_a_call_that_is_up() -> None:
    world = meet()
    world.call_up(profile=XP_SP2)
    [leg] = world.core.clients.legs.values()
    assert not leg.rest(2000.0)
    for spi in list(leg.pairs):
        leg.retire_pair(spi)
    assert leg.rest(2000.0)
    assert not leg.rest(2001.0)  # it rests already
    assert (leg.idle_since, leg.deadline()) == (2000.0, 2000.0 + LONGEST_IDLE)
    leg.wake(3000.0)
    assert (leg.idle_since, leg.deadline()) == (None, 3060.0)
    leg.phases.clear()
    assert not leg.rest(4000.0)


def test_who_rests_too_long_is_asked_whether_it_is_there() -> None:
    world = meet()
    world.call_up(profile=XP_SP2)
    [leg] = world.core.clients.legs.values()
    for spi in list(leg.pairs):
        leg.retire_pair(spi)
    leg.rest(2000.0)
    leg.handle_timeout(2000.0 + LONGEST_IDLE - 1.0)
    assert leg.idle_since is not None
    leg.handle_timeout(2000.0 + LONGEST_IDLE)
    assert leg.idle_since is None


def test_a_leg_without_a_tunnel_does_not_rest() -> None:
    leg = make(pair(1000))
    leg.phases.add(1)
    leg.retire_pair(1000)
    assert not leg.rest(10.0)


def test_what_l2tp_shows_of_its_client_is_a_fact_once() -> None:
    leg = make(pair(1000))
    speaks = l2tp.TunnelOpened(1, 2, "", "Deterministic Networks Inc.", 0xFF00, "msl2tp")
    [fact] = leg.learn(speaks)
    assert (fact.what, fact.dial, fact.details["system"]) == (What.RECOGNISED, 1, "msl2tp")
    assert leg.learn(speaks) == []


def test_a_segment_for_another_port_or_cut_short_is_no_l2tp() -> None:
    segment = build_udp(1701, PORT_L2TP, b"message")
    assert l2tp_in(segment) == b"message"
    assert l2tp_in(build_udp(PORT_L2TP, 1702, b"message")) == b""
    assert l2tp_in(segment[:-1]) == l2tp_in(segment[:8]) == b""
