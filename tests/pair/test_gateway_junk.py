"""What nobody should send: the gateway is silent or answers, and remembers no more than it may."""

from random import Random
from struct import pack

import pytest

from gateway.bridge.account import MOST_STRANGERS
from gateway.bridge.clients import TOLD_AT_ONCE
from gateway.outputs import What
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.pair.gateway_world import INSIDE, NAT, OUTSIDE, SERVER, World, meet
from tests.pair.nat import Nat
from tests.pair.net import DELAY
from tests.pair.peers.ike_profiles import XP_SP2
from tests.pair.peers.ppp_end import IP

STRANGER, HERE = host_bytes("203.0.113.66"), host_bytes(OUTSIDE)
FLOOD = 3000


def spoil(chance: Random, packet: bytes) -> bytes:
    """The packet with a few bytes changed, cut short or made longer."""
    changed = bytearray(packet)
    for _ in range(chance.randrange(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    cut = chance.randrange(1, len(changed) + 1)
    return bytes(chance.choice([changed, changed[:cut], changed + chance.randbytes(8)]))


def sizes(world: World) -> tuple[int, ...]:
    core = world.core
    clients = core.clients
    return (
        len(core.sessions), len(clients.phases), len(clients.legs), len(clients.by_spi),
        len(core.board.by_call), len(core.board.by_call_id), len(core.board.by_key),
    )  # fmt: skip


def still_works(world: World) -> bool:
    [client] = world.clients
    before = len(client.ppp.got)
    world.net.send(world.server.send_data(world.server.line, IP, b"still"))
    world.net.run_for(2.0)
    return client.up and len(client.ppp.got) == before + 1


@pytest.mark.parametrize("protocol", [17, 50, 47, 6])
def test_random_packets_from_outside_change_nothing(protocol: int) -> None:
    world = meet()
    world.call_up()
    before, chance = sizes(world), Random(protocol)
    for _ in range(FLOOD):
        port = chance.choice([500, 4500, 1701, 53])
        junk = chance.randbytes(chance.randrange(60))
        body = build_udp(chance.randrange(65536), port, junk) if protocol == 17 else junk
        world.ask(world.core.receive_packet(build_ipv4(STRANGER, HERE, protocol, body), 1100.0))
        world.ask(world.core.receive_packet(junk, 1100.0))
    assert sizes(world) == before
    assert still_works(world)


def test_spoiled_copies_of_a_real_dial_raise_nothing_and_tables_stay_small() -> None:
    world, chance = meet(), Random(1)
    world.call_up()
    core = world.core
    real = [
        build_ipv4(STRANGER, HERE, 17, build_udp(source.port, target.port, payload))
        for _, (source, target, payload), _ in world.net.carried
        if target.host == HERE
    ]
    for number in range(FLOOD):
        packet = spoil(chance, chance.choice(real))
        world.ask(core.receive_packet(packet, world.net.now + number / 1000))
    assert len(core.clients.phases) <= 32 + 1
    assert len(core.clients.legs) == 1
    world.net.run_for(60.0)
    assert len(core.clients.phases) == 1
    assert still_works(world)


def test_a_flood_of_first_messages_is_bounded_by_the_half_open_limits() -> None:
    world = meet(limits={"half_open": 50, "half_open_per_source": 10})
    stranger = world.join(XP_SP2, host="203.0.113.66")
    for _ in range(FLOOD // 10):
        world.net.send(stranger.ike.dial(world.net.now))
    stranger.alive = False
    world.net.run_for(1.0)
    assert len(world.core.clients.phases) <= 10
    assert len([dial for dial in range(FLOOD) if world.core.accounts.of(dial)]) <= MOST_STRANGERS
    world.net.run_for(60.0)
    assert not world.core.clients.phases


@pytest.mark.long
def test_a_flood_of_dials_does_not_fill_the_journal_nor_hide_a_client_in_it() -> None:
    world = meet()
    stranger = world.join(XP_SP2, host="203.0.113.66")
    stranger.alive = False
    for _ in range(FLOOD):
        [first] = stranger.ike.dial(world.net.now)
        packet = build_ipv4(STRANGER, HERE, 17, build_udp(500, 500, first.payload))
        world.gateway.carry(world.core.receive_packet(packet, world.net.now), world.net.now)
    assert len(world.facts()) <= 5 * TOLD_AT_ONCE
    counters = world.core.counters()
    untold = counters["ike_strangers_untold"] + counters["ike_held for too much work"]
    assert untold >= FLOOD - TOLD_AT_ONCE
    known = world.join(nat=Nat(NAT))
    before = len(world.facts())
    world.dial(known)
    assert known.up
    told = [fact.what for fact in world.facts()[before:] if fact.peer.startswith(NAT)]
    assert What.PPP_UP in told[-2:]  # behind it, that the kernel carries
    assert What.AUTHENTICATED in told


def test_random_gre_from_inside_changes_nothing() -> None:
    world, chance = meet(), Random(2)
    world.call_up()
    line = world.server.line
    before = sizes(world)
    server, inside = host_bytes(SERVER), host_bytes(INSIDE)
    for number in range(FLOOD):
        junk = chance.randbytes(chance.randrange(40))
        gre = pack("!HHHH", chance.choice([0x3001, 0x3081, 0x2081, 0]), 0x880B, len(junk), number)
        known = pack("!HHHHI", 0x3001, 0x880B, len(junk), line.pptp.peer, chance.getrandbits(32))
        for packet in (junk, gre + junk, known + junk, spoil(chance, known + junk)):
            whole = build_ipv4(server, inside, 47, packet)
            world.ask(world.core.receive_gre(whole, world.net.now + number / 1000))
            world.ask(world.core.receive_gre(packet, world.net.now + number / 1000))
    assert sizes(world) == before


def test_random_tcp_from_the_server_ends_its_own_call_and_no_other() -> None:
    world, chance = meet(), Random(3)
    client = world.call_up()
    for _ in range(200):
        for key in (world.server.line.key, 77):
            outputs = world.core.receive_tcp(key, chance.randbytes(50), world.net.now)
            kept = [each for each in outputs if getattr(each, "key", key) != 77]
            world.ask(kept)
    world.net.run_for(10.0)
    assert not client.up
    assert sizes(world)[0] == 0
    assert "malformed" in client.lac.ended[0][3]


def test_clear_l2tp_from_outside_never_reaches_l2tp() -> None:
    world = meet()
    client = world.call_up()
    sccrq = b"\xc8\x02\x00\x0c" + bytes(8)
    before, sent = sizes(world), len(world.net.carried)
    for port in (1701, 500, 4500):
        packet = build_ipv4(STRANGER, HERE, 17, build_udp(1701, port, sccrq))
        assert world.core.receive_packet(packet, world.net.now) == []
    assert len(world.net.carried) == sent
    assert sizes(world) == before
    assert client.up


@pytest.mark.user_space  # the kernel drops it by its policies, and does not say whose it was
def test_other_than_l2tp_under_a_clients_own_keys_is_counted_and_goes_nowhere() -> None:
    world = meet()
    client = world.call_up()
    for segment in (
        build_udp(1701, 53, b"not to 1701"),
        build_udp(1701, 1701, b""),
        build_udp(1701, 1701, b"\x40\x02" + bytes(20)),
        pack("!HHHH", 1701, 1701, 9999, 0) + b"x",
        b"short",
        b"",
    ):
        world.net.send(client.send_udp(segment))
    world.net.run_for(1.0)
    [leg] = world.core.clients.legs.values()
    assert leg.drops.total() == 6
    assert still_works(world)


def test_junk_under_a_clients_own_keys_harms_only_itself() -> None:
    world, chance = meet(), Random(4)
    client = world.call_up()
    for _ in range(FLOOD):
        head = bytes([chance.choice([0xC8, 0x40, 0x48, 0x42, 0x00]), 2])
        body = head + chance.randbytes(chance.randrange(40))
        world.net.send(client.send_udp(build_udp(1701, 1701, body)))
        world.net.run_for(DELAY)
    assert len(world.core.sessions) <= 8
    world.net.run_for(300.0)
    assert len(world.core.clients.legs) == 1
