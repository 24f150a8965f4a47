"""Messages that IKE itself cuts to pieces, both ways: lost, doubled, late, and hostile ones."""

from dataclasses import replace

import pytest

from gateway.ike.fragments import LONGEST_WAIT, MOST_BYTES, MOST_BYTES_OF_SOURCE, Fragments
from gateway.ike.machine import Ike
from gateway.wire.udp import Datagram
from tests import pki
from tests.pair.certificates_world import ROOT, identity, rules, sign_in
from tests.pair.ike_world import GATEWAY, World, agree
from tests.pair.net import endpoint
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import FRAGMENTATION, XP_SP2
from tests.pair.peers.ike_signer import Signer, certificate, piece

HERE = endpoint(f"{GATEWAY}:500")
PLANT = pki.authority("Plant CA", ROOT)
PRESS = pki.machine(PLANT)
CHAIN = [certificate(PRESS), certificate(PLANT)]
LARGE = pki.machine(PLANT, "gateway", bits=2048)
LONG = rules(identities=(identity(LARGE, PLANT),))
WITHOUT = replace(XP_SP2, vendors=tuple(v for v in XP_SP2.vendors if v != FRAGMENTATION))


def longest(world: World, by_gateway: bool) -> int:
    """Bytes of the longest UDP payload one side has sent."""
    sizes = [
        len(one.datagram.payload)
        for one in world.net.carried
        if (one.datagram.source.port in (500, 4500)) is by_gateway
    ]
    return max(sizes)


def pieces(world: World) -> Fragments:
    core: Ike = world.gateway.core
    return core._fragments


def test_pieces_both_ways_make_the_same_session() -> None:
    world = sign_in(PRESS, shown=CHAIN, cut=True, allowed=LONG)
    assert isinstance(world.client, Signer)
    assert world.client.up
    assert agree(world)
    assert world.client.pieces_heard >= 3
    assert longest(world, by_gateway=True) <= 576 - 28
    assert len(pieces(world)) == 0


@pytest.mark.parametrize("seed", range(6))
def test_with_pieces_lost_doubled_and_late_it_comes_up_all_the_same(seed: int) -> None:
    wire = {"loss": 0.1, "duplicate": 0.2, "jitter": 0.5, "seed": seed}
    world = sign_in(PRESS, shown=CHAIN, cut=True, allowed=LONG, wire=wire)
    assert world.client.up
    assert agree(world)
    world.net.run_for(LONGEST_WAIT)
    assert pieces(world).bytes == 0


def test_a_long_message_is_cut_at_once_for_who_announces_it() -> None:
    world = sign_in(PRESS, shown=CHAIN, allowed=LONG)
    assert isinstance(world.client, Signer)
    assert world.client.up
    assert world.client.pieces_heard == 3
    assert longest(world, by_gateway=True) <= 576 - 28


def test_who_does_not_announce_it_gets_the_message_whole() -> None:
    world = sign_in(PRESS, shown=CHAIN, allowed=LONG, profile=WITHOUT)
    assert isinstance(world.client, Signer)
    assert world.client.up
    assert world.client.pieces_heard == 0
    assert longest(world, by_gateway=True) > 1280


def test_a_message_that_did_not_arrive_whole_comes_in_pieces_when_it_is_asked_for_again() -> None:
    world = sign_in(PRESS, shown=CHAIN, profile=XP_SP2, allowed=rules(), until=0.0)
    world.net.lose(lambda one: one.source.port == 4500 and len(one.payload) > 560)
    world.dial(60.0)
    assert isinstance(world.client, Signer)
    assert world.client.up
    assert world.client.pieces_heard >= 2


def test_a_piece_is_of_no_use_to_who_does_not_know_our_cookie() -> None:
    world = sign_in(PRESS, shown=CHAIN, until=0.0)
    message = isakmp.Message(b"cookie_i", b"cookie_r", 1, isakmp.MAIN, 0, 0, b"")
    for identifier in range(1, 50):
        data = piece(message, identifier, 1, bytes(500), last=False)
        here = Datagram(endpoint("203.0.113.99:500"), HERE, data)
        assert world.gateway.receive(here, world.net.now) == []
    assert len(pieces(world)) == 0
    assert world.gateway.core.counters["unknown cookies"] == 49


def half_open(world: World, host: str, number: int = 0) -> bytes:
    """Both cookies of a main mode that somebody at that address has just begun."""
    first = next(
        one.datagram.payload for one in world.net.carried if one.datagram.target.port == 500
    )
    cookie = f"{number:08}".encode()
    sent = world.gateway.receive(
        Datagram(endpoint(f"{host}:500"), HERE, cookie + first[8:]),
        world.net.now,
    )
    return sent[0].payload[:16]


def throw(world: World, host: str, cookies: bytes, count: int) -> None:
    """Many messages that never become whole, from one address and under one phase 1."""
    message = isakmp.Message(cookies[:8], cookies[8:], 1, isakmp.MAIN, 0, 0, b"")
    for number in range(count):
        data = piece(message, number + 1, 1, bytes(20_000), last=False)
        source, target = endpoint(f"{host}:500"), HERE
        world.gateway.receive(Datagram(source, target, data), world.net.now)


def test_what_strangers_leave_unfinished_is_bounded_and_gone_after_ninety_seconds() -> None:
    world = sign_in(PRESS, shown=CHAIN, allowed=replace(LONG, half_open_seconds=600.0))
    seen = []
    for number in range(1, 40):
        host = f"192.0.2.{number}"
        throw(world, host, half_open(world, host), 5)
        seen.append(pieces(world).bytes)
    assert max(seen) <= MOST_BYTES
    assert len(pieces(world)) <= MOST_BYTES // 20_000
    world.net.run_for(LONGEST_WAIT)
    assert (len(pieces(world)), pieces(world).bytes) == (0, 0)


def test_one_address_takes_its_own_room_and_others_come_up_while_it_tries() -> None:
    world = sign_in(PRESS, shown=CHAIN, cut=True, allowed=replace(LONG, half_open_seconds=600.0))
    for number in range(30):
        cookies = half_open(world, "192.0.2.9", number)
        throw(world, "192.0.2.9", cookies, 2)
        assert pieces(world).bytes <= MOST_BYTES_OF_SOURCE + 3 * 600, number
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(20.0)
    assert world.client.errors == []
    assert not world.client.phase1.step
