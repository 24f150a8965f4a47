"""A client dials one machine, and goes on with another that was made of the first one's values."""

from dataclasses import replace

import pytest

from gateway.ike.events import PairClosed, PairConfirmed, PairReady, Phase1Closed
from gateway.ike.machine import Ike
from gateway.ike.snapshot import DPD_JUMP, PeerState, restore, snapshot
from gateway.wire.record import build_record, parse_record
from gateway.wire.udp import Datagram
from tests.pair.ike_world import World, agree, meet, policy
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import MAC, SAFENET_98, WIN2000_KB818043, XP_SP2, Profile


def standing(profile: Profile = XP_SP2) -> World:
    world = meet(profile, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    return world


def kept(world: World) -> PeerState:
    (peer,) = world.gateway.core.peers()
    return snapshot(peer)


def begin_anew(world: World, state: PeerState) -> Ike:
    """The machine dies; another takes up what it has left, as bytes."""
    again = Ike(policy(dpd_idle=1e6), seeded(99))
    again.take_up(restore(parse_record(PeerState, build_record(state)), world.net.now))
    world.gateway.core = again
    return again


@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043, SAFENET_98, MAC])
def test_the_client_renews_its_keys_as_if_nothing_had_been(profile: Profile) -> None:
    world = standing(profile)
    begin_anew(world, kept(world))
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(10.0)
    assert (len(world.gateway.seen(PairReady)), world.client.errors) == (2, [])
    assert len(world.gateway.seen(PairConfirmed)) == 2
    assert agree(world)


def test_a_new_phase_1_gets_a_handle_that_nobody_had() -> None:
    world = standing()
    begin_anew(world, kept(world))
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(10.0)
    (peer,) = world.gateway.core.peers()
    handles = [phase.sa for phase in peer.phases]
    assert len(set(handles)) == 2
    assert peer.newest == handles[-1]


def test_what_is_taken_up_is_what_was_kept() -> None:
    world = standing(XP_SP2)  # without dead peer detection, whose numbers jump
    state = kept(world)
    again = begin_anew(world, state)
    (peer,) = again.peers()
    assert snapshot(peer) == state


def test_a_client_that_hangs_up_is_understood() -> None:
    world = standing()
    begin_anew(world, kept(world))
    world.net.send(world.client.hang_up(world.net.now))
    world.net.run_for(10.0)
    assert len(world.gateway.seen(PairClosed)) == 1
    assert len(world.gateway.seen(Phase1Closed)) == 1
    assert world.gateway.core.peers() == []


def test_a_message_that_was_heard_before_is_not_heard_again() -> None:
    world = standing()
    here = world.gateway.core.peers()[0].phases[0].local
    world.net.send(asked := world.client.ask_alive(7))
    world.net.run_for(1.0)
    begin_anew(world, kept(world))
    again = Datagram(world.newest().peer, here, asked[0].payload)
    assert world.gateway.receive(again, world.net.now) == []
    assert world.gateway.core.counters["replayed"] == 1


def test_a_pair_that_was_not_confirmed_is_kept_and_its_quick_mode_is_not() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.net.send(world.client.dial(world.net.now))
    while not world.gateway.seen(PairReady):
        world.net.run_for(1 / 64)
    again = begin_anew(world, kept(world))
    assert (len(again.sas.pairs), again.sas.quicks) == (1, {})
    assert again.confirm(world.newest().spi_in, world.net.now) == []


def test_numbers_of_questions_jump() -> None:
    world = standing(SAFENET_98)
    (peer,) = world.gateway.core.peers()
    dpd = peer.phases[0].dpd
    assert dpd is not None
    ours = dpd.ours + dpd.open
    (again,) = begin_anew(world, kept(world)).peers()
    after = again.phases[0].dpd
    assert after is not None
    assert (after.ours, after.open) == (ours + DPD_JUMP, 0)


def test_lifetimes_end_when_they_would_have_ended() -> None:
    world = standing()
    (peer,) = world.gateway.core.peers()
    ends = [phase.expires for phase in peer.phases] + [p.expires for p in peer.pairs.values()]
    again = begin_anew(world, kept(world))
    assert again.deadline() == min(ends)
    world.net.run(until=max(ends) + 1.0)
    assert again.peers() == []


def test_two_clients_with_one_sa_are_not_taken_up() -> None:
    world = standing()
    state = kept(world)
    again = begin_anew(world, state)
    with pytest.raises(ValueError, match="one SA"):
        again.take_up(restore(state, world.net.now))


def test_a_suite_that_is_not_there_is_refused() -> None:
    state = kept(standing())
    phase = replace(state.phases[0], suite="rot13")
    with pytest.raises(ValueError, match="rot13"):
        restore(replace(state, phases=(phase,)), 0.0)


def test_nothing_secret_is_shown() -> None:
    state = kept(standing())
    shown = repr(state)
    secured = state.phases[0].secured
    for secret in (state.psk, secured.skeyid, secured.skeyid_d, secured.cipher_key):
        assert repr(secret) not in shown
