"""The whole gateway under a flood from ten thousand addresses: who is connected does not notice,
who dials from where it was seen gets in, and nothing grows without bound."""

from itertools import count
from struct import pack

import pytest

from gateway.bridge.account import MOST_DIALS
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.pair.gateway_world import LIMITS, NAT, OUTSIDE, World, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import XP_SP2
from tests.pair.peers.ppp_end import IP

pytestmark = pytest.mark.long

SOURCES = 10_000
HERE = host_bytes(OUTSIDE)
NUMBERS = count(1)


def flood(world: World, packets: int) -> None:
    """First messages and ESP, from all of them in turn; what is answered goes nowhere."""
    chance = seeded(3)
    (first,) = Initiator(XP_SP2, bytes(4), HERE, b"", chance).dial(0.0)
    for _ in range(packets):
        number = next(NUMBERS)
        source = bytes((198, 18, number // 250 % 40, number % 250 + 1))
        message = pack("!Q", number) + first.payload[8:]
        for port, payload in ((500, message), (4500, chance(100))):
            packet = build_ipv4(source, HERE, PROTOCOL_UDP, build_udp(500, port, payload))
            world.core.receive_packet(packet, world.net.now)


def test_who_is_connected_does_not_notice() -> None:
    world = meet()
    client = world.call_up()
    sent, got = 0, len(client.ppp.got)
    for _ in range(20):
        flood(world, SOURCES // 20)
        world.net.send(world.server.send_data(world.server.line, IP, b"still"))
        world.net.run_for(1 / 16)
        sent += 1
    world.net.run_for(1.0)
    assert len(client.ppp.got) == got + sent
    assert client.up
    assert len(world.core.clients.phases) <= LIMITS.half_open + 1
    known = [dial for dial in range(2 * SOURCES) if world.core.accounts.of(dial)]
    assert len(known) <= MOST_DIALS


def test_who_dials_from_where_it_was_seen_gets_in() -> None:
    """A second machine behind the same NAT, which nobody has ever seen."""
    world, nat = meet(), Nat(NAT)
    world.dial(world.join(nat=nat))
    flood(world, 3000)
    late = world.join(host="192.168.1.3", nat=nat)
    world.net.send(late.dial(world.net.now))
    for _ in range(40):
        flood(world, 50)
        world.net.run_for(1 / 8)
    assert late.up
    assert world.core.counters()["ike_held for too much work"] > 500


def test_afterwards_everything_is_as_before() -> None:
    world = meet()
    client = world.call_up()
    flood(world, 3000)
    world.net.run_for(60.0)
    assert len(world.core.clients.phases) == 1
    assert len(world.core.clients.legs) == 1
    stranger = world.join(nat=Nat("203.0.113.99"))
    world.dial(stranger)
    assert (client.up, stranger.up) == (True, True)
