"""The doors of the one core. How it behaves with peers is told in tests/pair/test_gateway_*.py."""

import pytest

from gateway.bridge.gateway import Gateway
from gateway.outputs import CloseTcp, Fact, SendIp, What
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.pair.gateway_world import INSIDE, OUTSIDE, SERVER, configure, meet
from tests.pair.net import seeded
from tests.pair.peers.ppp_end import IP, with_header

HERE, THERE = host_bytes(OUTSIDE), host_bytes("203.0.113.7")


def make() -> Gateway:
    return Gateway(configure(), seeded(1), 100.0)


def test_a_new_gateway_is_idle_and_wants_nothing() -> None:
    core = make()
    assert core.idle()
    assert core.deadline() is None
    assert core.handle_timeout(200.0) == []
    assert core.counters() == {}


def test_what_is_not_for_us_is_counted_and_a_keepalive_is_not() -> None:
    core = make()
    for packet in (b"", build_ipv4(THERE, HERE, 17, build_udp(1701, 1701, b"clear")),
                   build_ipv4(THERE, HERE, 47, bytes(16))):  # fmt: skip
        assert core.receive_packet(packet, 100.0) == []
    core.receive_packet(build_ipv4(THERE, HERE, 17, build_udp(62000, 4500, b"\xff")), 100.0)
    assert core.counters() == {"gateway_not_for_us": 3}


def test_esp_with_an_spi_that_nobody_has_is_counted() -> None:
    core = make()
    core.receive_packet(build_ipv4(THERE, HERE, 50, bytes(range(64))), 100.0)
    assert core.counters() == {"esp_no_sa": 1}


def test_gre_that_is_none_or_of_no_call_is_counted() -> None:
    core = make()
    gre = bytes.fromhex("3001880b000112340000000001")
    for packet in (b"", b"x" * 40, build_ipv4(HERE, HERE, 50, gre)):
        assert core.receive_gre(packet, 100.0) == []
    assert core.receive_gre(build_ipv4(HERE, HERE, 47, gre), 100.0) == []
    assert core.counters() == {"gateway_bad_gre": 3, "gateway_unknown_call": 1}


def test_tcp_that_no_session_knows_is_closed() -> None:
    core = make()
    assert core.tcp_opened(9, 100.0) == [CloseTcp(9)]
    assert core.receive_tcp(9, b"x", 100.0) == [CloseTcp(9)]
    assert core.tcp_closed(9, "gone", 100.0) == []


def test_disconnecting_what_is_not_there_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        make().disconnect(1, "", 100.0)


def test_a_reload_is_a_fact() -> None:
    [fact] = make().reload(configure(), 100.0)
    assert isinstance(fact, Fact)
    assert fact.what is What.RELOADED


def test_stop_with_nothing_up_has_nothing_to_do() -> None:
    core = make()
    assert core.stop(100.0) == []
    assert core.idle()


def test_esp_in_the_wrong_wrapping_is_dropped() -> None:
    """Keys agreed on for UDP do not open packets of protocol 50, nor the other way round."""
    world = meet()
    client = world.call_up()
    [datagram] = client.send_data(IP, b"x")
    packet = build_ipv4(THERE, HERE, 50, datagram.payload)
    assert world.core.receive_packet(packet, world.net.now) == []
    [leg] = world.core.clients.legs.values()
    assert leg.drops.by_reason == {"encapsulation": 1}


def test_two_calls_in_one_tunnel_are_two_sessions_with_numbers_of_their_own() -> None:
    world = meet()
    client = world.call_up()
    world.net.send(client._wrap(client.lac.call(world.net.now)))
    world.net.run_for(5.0)
    assert len(world.core.sessions) == 2
    assert len(world.server.lines) == 2
    assert len({session.inside.call_id for session in world.core.sessions.values()}) == 2


def test_a_data_frame_in_is_one_gre_packet_out() -> None:
    world = meet()
    client = world.call_up()
    [datagram] = client.send_data(IP, b"hello")
    [leg] = world.core.clients.legs.values()
    segment = build_udp(leg.peer.port, 4500, datagram.payload)
    datagram_in = build_ipv4(leg.peer.host, HERE, 17, segment)
    [output] = world.core.receive_packet(datagram_in, world.net.now)
    assert isinstance(output, SendIp)
    sent = output.packet
    assert (sent[12:16], sent[16:20], sent[9]) == (host_bytes(INSIDE), host_bytes(SERVER), 47)
    assert sent.endswith(b"\xff\x03\x00\x21" + with_header(IP, b"hello"))
