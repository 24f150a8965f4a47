"""What the kernel tells of a trunk becomes what user space would have seen."""

import pytest

from gateway.esp.errors import Drop
from gateway.outputs import SendIp, What
from gateway.paths import L2tpHeard, LegRefused, SaCounted, SaExpired
from gateway.wire.ipv4 import PROTOCOL_ESP, build_ipv4, host_bytes
from tests.pair.gateway_world import INSIDE
from tests.pair.native_world import NATIVE, Native
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.ppp_end import IP
from tests.unit.bridge.native_kernel import got, kernel_of, talk, track_of, trunk_of, up

pytestmark = pytest.mark.usefixtures("kernel_carries")
US, THEM = host_bytes(INSIDE), host_bytes(NATIVE)


def esp_of_server(world: Native) -> bytes:
    end = world.native.end
    [datagram] = world.native.send_data(end, end.lns.calls[0].call, IP, b"under way")
    return build_ipv4(THEM, US, PROTOCOL_ESP, datagram.payload)


def tell(world: Native, event: SaCounted | SaExpired) -> None:
    world.net.send(world.gateway.carry(world.core.receive_path(event, world.net.now), 0.0))
    world.net.run_for(1.0)


def test_counters_are_those_of_the_pair() -> None:
    world = up()
    current = trunk_of(world).keys.current
    assert current is not None
    before = current.inbound.packets, current.outbound.packets
    talk(world, 4)
    world.gateway.refresh(world.net.now)
    assert (current.inbound.packets, current.outbound.packets) == (before[0] + 4, before[1] + 4)


def test_replays_and_forgeries_are_drops_of_the_trunk() -> None:
    world = up()
    current = trunk_of(world).keys.current
    assert current is not None
    number, spi = track_of(world).number, current.inbound.spi
    tell(world, SaCounted(number, spi, True, 0, 0, 5, replays=3, forged=2))
    assert (current.inbound.drops[Drop.REPLAY], current.inbound.drops[Drop.AUTH]) == (3, 2)
    assert trunk_of(world).counted_drops() == {"inside_replay": 3, "inside_auth": 2}


def test_a_packet_played_twice_is_let_in_once_and_counted() -> None:
    world = up()
    packet = esp_of_server(world)
    for _ in range(2):
        world.net.send(world.gateway._hear(packet, world.core.receive_inside, world.net.now))
        world.net.run_for(1.0)
    world.gateway.refresh(world.net.now)
    assert got(world) == ([0], [1])
    assert trunk_of(world).counted_drops() == {"inside_replay": 1}


def test_a_packet_that_was_under_way_to_the_queue_is_put_to_the_kernel_once_more() -> None:
    world = up()
    packet = esp_of_server(world)
    [again] = world.core.receive_inside(packet, world.net.now)
    assert isinstance(again, SendIp)
    assert again.packet == build_ipv4(track_of(world).virtual, US, PROTOCOL_ESP, packet[20:])
    world.net.send(world.gateway.carry([again], world.net.now))
    world.net.run_for(1.0)
    assert got(world) == ([0], [1])


def test_but_not_one_from_elsewhere_nor_of_keys_that_nobody_has() -> None:
    world = up()
    packet = esp_of_server(world)
    other = packet[:12] + host_bytes("192.0.2.66") + packet[16:]
    assert world.core.receive_inside(other, world.net.now) == []
    assert world.core.counters()["inside_other_server"] == 1
    nobodys = packet[:20] + bytes(4) + packet[24:]
    assert world.core.receive_inside(nobodys, world.net.now) == []


def test_frames_and_messages_that_the_kernel_leaves_are_heard() -> None:
    world = up()
    frame = b"\x40\x02" + bytes(2)
    number = track_of(world).number
    assert world.core.receive_path(L2tpHeard(number, frame), world.net.now) == []
    assert trunk_of(world).drops.total() == 1
    assert world.core.receive_path(L2tpHeard(number, b""), world.net.now) == []
    world.net.send(world.native.say(world.native.end, world.native.end.lns.stop(0.0)))
    world.net.run_for(3.0)
    assert world.core.sessions == {}


def test_a_pair_that_was_taken_away_is_made_anew_and_the_calls_stay() -> None:
    """Somebody has flushed all of the machine's associations."""
    world = up()
    current = trunk_of(world).keys.current
    assert current is not None
    kernel_of(world).legs[track_of(world).number].heard.clear()
    tell(world, SaExpired(track_of(world).number, current.inbound.spi, True, True))
    world.net.run_for(5.0)
    talk(world, 3)
    assert len(world.facts(What.SERVER_KEYED)) >= 1
    assert trunk_of(world).keys.current is not current
    assert got(world) == ([3], [3])


def test_the_first_packet_by_a_new_pair_is_told_at_once_and_lets_the_old_one_go() -> None:
    world = up(habits=Habits(tells_life=(60, 250_000)))
    world.net.run_for(37.0)
    keys, track = trunk_of(world).keys, track_of(world)
    newest = next(reversed(keys.pairs.values()))
    assert (len(keys.pairs), keys.settled, newest.inbound.heard_at) == (2, False, None)
    assert track.asked is not None
    assert [sa.soft_packets for sa in track.asked.inbound] == [None, 1]
    talk(world, 1)
    assert keys.settled
    assert track.asked.inbound[-1].soft_packets is None
    assert [pair.retired for pair in keys.pairs.values()] == [True, False]


def test_a_volume_that_is_used_up_ends_the_pair() -> None:
    world = up()
    keys = trunk_of(world).keys
    current = keys.current
    assert current is not None
    current.inbound.limit = current.inbound.payload_bytes
    tell(world, SaExpired(track_of(world).number, current.inbound.spi, True, False))
    assert current.retired


def test_news_of_what_is_not_there_is_nothing() -> None:
    world = up()
    number = track_of(world).number
    assert world.core.receive_path(SaCounted(number, 1, True, 0, 0, 0), 0.0) == []
    assert world.core.receive_path(SaExpired(number, 1, True, True), 0.0) == []
    assert world.core.receive_path(LegRefused(99, "gone"), 0.0) == []
