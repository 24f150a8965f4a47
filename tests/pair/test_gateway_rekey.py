"""New keys while frames flow: nothing is lost, and nobody but IKE and ESP notices."""

from dataclasses import replace

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.net import DELAY
from tests.pair.peers.ike_profiles import SAFENET_98, Profile
from tests.pair.peers.ppp_end import IP

KEEPS_OLD = replace(SAFENET_98, delete_old=False)
NO_CONTACT = replace(SAFENET_98, initial_contact="")  # which is for the first time only
FEW_BYTES = replace(SAFENET_98, pair_kilobytes=100)


def up(profile: Profile) -> World:
    world = meet()
    client = world.join(profile, nat=Nat(NAT))
    world.dial(client)
    assert client.up
    return world


def chat(world: World, frames: int, first: int = 0) -> None:
    """A frame each way every 1/64 s."""
    [client], line = world.clients, world.server.line
    for number in range(first, first + frames):
        world.net.send(client.send_data(IP, b"%04d" % number))
        world.net.send(world.server.send_data(line, IP, b"%04d" % number))
        world.net.run_for(DELAY)


def numbers(frames: list[bytes]) -> list[int]:
    return [int(frame[-4:]) for frame in frames]


def all_arrived(world: World, count: int) -> bool:
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    return numbers(client.ppp.got) == numbers(line.ppp.got) == list(range(count))


@pytest.mark.parametrize("profile", [SAFENET_98, KEEPS_OLD], ids=["deletes the old", "keeps it"])
def test_a_rekey_of_phase_2_loses_no_frame(profile: Profile) -> None:
    world = up(profile)
    [client] = world.clients
    chat(world, 20)
    world.net.send(client.rekey_pair(world.net.now))
    chat(world, 60, first=20)
    world.net.run_for(1.0)
    assert all_arrived(world, 80)
    assert len(client.sas) == 2
    newest = client.newest()
    assert newest is not None
    assert newest.sent > 40
    assert len(newest.sequences) > 40
    assert client.errors == []


def test_a_rekey_of_phase_1_and_then_of_phase_2_loses_no_frame() -> None:
    world = up(NO_CONTACT)
    [client] = world.clients
    world.net.send(client.rekey_phase1(world.net.now))
    chat(world, 40)
    world.net.send(client.rekey_pair(world.net.now))
    chat(world, 40, first=40)
    world.net.run_for(1.0)
    assert all_arrived(world, 80)
    assert len(world.facts(What.AUTHENTICATED)) == 2
    assert len(world.core.sessions) == 1
    assert len(world.core.clients.legs) == 1


def test_ten_rekeys_leave_one_leg_and_at_most_two_pairs() -> None:
    world = up(SAFENET_98)
    [client] = world.clients
    for number in range(10):
        world.net.send(client.rekey_pair(world.net.now))
        chat(world, 10, first=10 * number)
        world.net.run_for(120.0)
    assert all_arrived(world, 100)
    [leg] = world.core.clients.legs.values()
    assert len(leg.pairs) <= 2
    assert len(world.core.clients.by_spi) == len(leg.pairs)
    assert client.up


def test_the_delete_of_the_old_pair_never_drops_l2tp() -> None:
    """Windows deletes the old SA as soon as the new one stands (CLIENTS.md, 4)."""
    world = up(SAFENET_98)
    [client] = world.clients
    tunnel, call = client.lac.tunnel, client.call
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(300.0)
    assert client.up
    assert (client.lac.tunnel, client.call) == (tunnel, call)
    assert client.lac.ended == []
    assert not world.facts(What.SESSION_CLOSED)


def test_a_packet_under_the_old_keys_is_still_heard_for_a_while() -> None:
    world = up(SAFENET_98)
    [client], line = world.clients, world.server.line
    old = client.newest()
    assert old is not None
    late = client.send_data(IP, b"0000")
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)
    assert client.newest() is not old
    world.net.send(late)
    world.net.run_for(1.0)
    assert line.ppp is not None
    assert numbers(line.ppp.got) == [0]


def test_an_idle_client_without_any_pair_gets_its_frames_again_with_a_new_one() -> None:
    """Windows deletes an idle pair and makes a new one on demand (CLIENTS.md, 4)."""
    world = up(SAFENET_98)
    [client], line = world.clients, world.server.line
    world.net.send(client.ike._drop(list(client.ike.pairs)))
    world.net.run_for(5.0)
    world.net.send(world.server.send_data(line, IP, b"lost"))
    world.net.run_for(1.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)
    chat(world, 5)
    world.net.run_for(1.0)
    assert all_arrived(world, 5)
    assert client.up


def test_a_pair_that_has_used_up_its_bytes_is_replaced_without_the_session_noticing() -> None:
    world = up(FEW_BYTES)
    [client], line = world.clients, world.server.line
    for _ in range(4):
        for _ in range(75):
            world.net.send(client.send_data(IP, bytes(1000)))
            world.net.run_for(DELAY)
        world.net.send(client.rekey_pair(world.net.now))
        world.net.run_for(1.0)
    assert line.ppp is not None
    assert len(line.ppp.got) == 300
    assert client.up


@pytest.mark.parametrize("seed", range(6))
def test_keys_change_under_loss_and_the_session_stays(seed: int) -> None:
    world = meet(loss=0.2, duplicate=0.1, jitter=0.125, seed=seed)
    client = world.join(nat=Nat(NAT))
    world.dial(client, 60.0)
    assert client.up
    for rekey in (client.rekey_pair, client.rekey_phase1, client.rekey_pair):
        world.net.send(rekey(world.net.now))
        for _ in range(60):
            world.net.send(client.send_data(IP, b"any"))
            world.net.run_for(0.5)
    assert len(world.core.sessions) == 1
    line = world.server.line
    assert line.ppp is not None
    assert len(line.ppp.got) > 90
    assert client.errors == []
