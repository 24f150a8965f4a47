"""Nobody outside can speak as an inside server, and nobody inside as another server or a client."""

import pytest

from gateway.ike.events import PairClosed
from gateway.outputs import SendIp
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Endpoint, build_checked_udp
from tests.pair.gateway_world import INSIDE, OUTSIDE, client_entry
from tests.pair.native_world import NATIVE, Native, meet
from tests.pair.peers.ppp_end import IP

US, THEM, HERE = host_bytes(INSIDE), host_bytes(NATIVE), host_bytes(OUTSIDE)


def esp_of_server(world: Native, payload: bytes = b"from inside") -> bytes:
    """A good packet of the server, on the wire inside."""
    end = world.native.end
    [datagram] = world.native.send_data(end, end.lns.calls[0].call, IP, payload)
    return build_ipv4(THEM, US, PROTOCOL_ESP, datagram.payload)


def esp_of_client(world: Native) -> bytes:
    client = world.clients[0]
    [datagram] = client.send_data(IP, b"from outside")
    return datagram.payload


def ike(source: Endpoint, target: Endpoint, message: bytes) -> bytes:
    segment = build_checked_udp(source, target, message)
    return build_ipv4(source.host, target.host, PROTOCOL_UDP, segment)


def test_what_the_server_says_is_heard_by_its_own_door_alone() -> None:
    world = meet()
    world.dial_one()
    packet = esp_of_server(world)
    assert world.core.receive_packet(packet, world.net.now) == []
    assert world.core.counters()["esp_no_sa"] == 1
    [out] = world.core.receive_inside(packet, world.net.now)
    assert isinstance(out, SendIp)


def test_a_client_is_not_heard_by_the_servers_door() -> None:
    world = meet()
    world.dial_one()
    payload = esp_of_client(world)
    for packet in (
        build_ipv4(THEM, US, PROTOCOL_ESP, payload),
        build_ipv4(THEM, US, PROTOCOL_UDP, build_checked_udp(
            Endpoint(THEM, 4500), Endpoint(US, 4500), payload)),
    ):  # fmt: skip
        assert world.core.receive_inside(packet, world.net.now) == []
    assert world.native.links[0].got == []


def test_ike_in_the_servers_name_from_outside_does_not_touch_the_servers_keys() -> None:
    """Whatever was recorded inside is played to the outside door with the server's address."""
    world = meet()
    world.dial_one()
    (trunk,) = world.core.board.trunks.by_place.values()
    before = dict(trunk.keys.pairs), dict(trunk.ike.answering.sas.phases)
    said = [
        each.datagram.payload
        for each in world.net.carried
        if each.datagram.source.host == THEM and each.datagram.source.port == 500
    ]
    delete = world.native.end.ike.delete_phase1()
    assert said
    for payload in [*said, *(each.payload for each in delete)]:
        for target in (Endpoint(HERE, 500), Endpoint(US, 500)):
            packet = ike(Endpoint(THEM, 500), target, payload)
            world.core.receive_packet(packet, world.net.now)
    assert (dict(trunk.keys.pairs), dict(trunk.ike.answering.sas.phases)) == before


def test_the_servers_packets_from_another_host_are_not_taken() -> None:
    world = meet()
    world.dial_one()
    good = esp_of_server(world)
    other = good[:12] + host_bytes("192.0.2.66") + good[16:]
    assert world.core.receive_inside(other, world.net.now) == []
    assert world.core.counters()["inside_other_server"] == 1
    elsewhere = good[:16] + host_bytes("192.0.2.100") + good[20:]
    world.core.receive_inside(elsewhere, world.net.now)
    assert "192.0.2.66" not in str(world.core.board.trunks.by_place)


def test_ike_from_another_host_or_port_is_for_no_trunk() -> None:
    world = meet()
    world.dial_one()
    [delete] = world.native.end.ike.delete_phase1()
    for source in (Endpoint(host_bytes("192.0.2.66"), 500), Endpoint(THEM, 501)):
        packet = ike(source, Endpoint(US, 500), delete.payload)
        assert world.core.receive_inside(packet, world.net.now) == []
    (trunk,) = world.core.board.trunks.by_place.values()
    assert len(trunk.ike.answering.sas.phases) == 1
    assert world.core.counters()["inside_not_for_us"] == 2


def test_two_servers_do_not_open_each_others_packets() -> None:
    world = meet(two=True, route={"order": "turns"})
    first, second = world.dial_one(0), world.dial_one(1)
    assert first.up
    assert second.up
    good = esp_of_server(world)
    as_second = good[:12] + host_bytes("192.0.2.31") + good[16:]
    assert world.core.receive_inside(as_second, world.net.now) == []
    assert len(second.ppp.got) == 0


@pytest.mark.user_space  # the kernel has the keys, and judges
def test_a_packet_played_twice_is_heard_once() -> None:
    world = meet()
    world.dial_one()
    packet = esp_of_server(world)
    assert len(world.core.receive_inside(packet, world.net.now)) == 1
    assert world.core.receive_inside(packet, world.net.now) == []


@pytest.mark.user_space  # the kernel has the keys, and judges
@pytest.mark.parametrize("segment", [
    b"", b"\6\xa5\6\xa5\0\x08\0\0", b"\6\xa5\0\x35\0\x0c\0\0abcd", b"\6\xa5\6\xa5\0\xff\0\0abcd",
])  # fmt: skip
def test_what_the_server_sends_that_is_no_l2tp_is_counted(segment: bytes) -> None:
    world = meet()
    world.dial_one()
    end = world.native.end
    [datagram] = world.native._seal(end, segment)
    packet = build_ipv4(THEM, US, PROTOCOL_ESP, datagram.payload)
    assert world.core.receive_inside(packet, world.net.now) == []
    (trunk,) = world.core.board.trunks.by_place.values()
    assert trunk.drops.by_reason == {"not_l2tp": 1}


@pytest.mark.user_space  # the kernel has the keys, and judges
def test_frames_for_a_call_that_is_over_go_nowhere() -> None:
    world = meet(client_entry(route="w2k"))
    client = world.dial_one()
    packet = esp_of_server(world)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(2.0)
    assert world.core.receive_inside(packet, world.net.now) == []


def test_a_server_that_floods_us_with_first_messages_keeps_little_of_ours() -> None:
    world = meet()
    world.dial_one()
    first = next(
        each.datagram.payload
        for each in world.net.carried
        if each.datagram.target.host == THEM and each.datagram.target.port == 500
    )
    for number in range(200):
        cookie = (number + 1).to_bytes(8, "little")
        packet = ike(Endpoint(THEM, 500), Endpoint(US, 500), cookie + first[8:])
        world.core.receive_inside(packet, world.net.now)
    (trunk,) = world.core.board.trunks.by_place.values()
    assert trunk.ike.answering.half_open <= 8
    assert not [event for event in trunk.ike.close(0.0) if isinstance(event, PairClosed)][1:]
