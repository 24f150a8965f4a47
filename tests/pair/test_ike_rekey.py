"""Either phase is renewed by the client at any time, and nothing that stands falls with it."""

from dataclasses import replace

import pytest

from gateway.ike.events import (
    Authenticated,
    PairClosed,
    PairConfirmed,
    PairReady,
    Phase1Closed,
)
from tests.pair.ike_world import World, agree, meet, policy
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import WIN2000_KB818043, XP_SP2, Profile


def standing(profile: Profile = XP_SP2, **how: float) -> World:
    world = meet(profile, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    world.net.loss = how.get("loss", 0.0)
    world.net.duplicate = how.get("duplicate", 0.0)
    return world


def rekey_pair(world: World, seconds: float = 30.0) -> None:
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(seconds)


@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043])
def test_a_new_pair_stands_before_the_old_one_goes(profile: Profile) -> None:
    world = standing(profile)
    rekey_pair(world)
    old, new = world.gateway.seen(PairReady)
    assert [event.spi_in for event in world.gateway.seen(PairClosed)] == [old.spi_in]
    order = [type(event) for event in world.gateway.events]
    assert order.index(PairClosed) > len(order) - 1 - order[::-1].index(PairConfirmed)
    assert (len(world.client.pairs), world.client.errors) == (1, [])
    assert new.spi_in != old.spi_in
    assert agree(world)


def test_a_client_that_leaves_the_old_pair_has_two() -> None:
    world = standing(replace(XP_SP2, delete_old=False))
    rekey_pair(world)
    assert world.gateway.seen(PairClosed) == []
    assert len(world.client.pairs) == 2
    assert agree(world)


def test_phase_1_is_renewed_beside_the_old_one_and_the_pair_stays() -> None:
    world = standing()
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(10.0)
    assert len(world.gateway.seen(Authenticated)) == 2
    assert world.gateway.seen(Phase1Closed) == []
    assert len(world.gateway.seen(PairReady)) == 1
    rekey_pair(world)
    assert len(world.gateway.seen(PairReady)) == 2
    assert agree(world)


def test_a_quick_mode_on_the_older_phase_1_is_fine() -> None:
    world = standing()
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(10.0)
    world.client.phase1s.reverse()
    rekey_pair(world)
    assert world.client.errors == []
    assert len(world.gateway.seen(PairReady)) == 2
    assert agree(world)


def test_a_deleted_phase_1_leaves_its_pairs_standing() -> None:
    world = standing()
    old = world.client.phase1
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(10.0)
    world.client.phase1s.reverse()
    gone = (isakmp.DELETE, isakmp.delete(isakmp.ISAKMP, [old.cookies]))
    world.net.send(world.client.inform([gone]))
    world.net.run_for(10.0)
    assert len(world.gateway.seen(Phase1Closed)) == 1
    assert world.gateway.seen(PairClosed) == []
    world.client.phase1s.reverse()
    rekey_pair(world)
    assert len(world.gateway.seen(PairReady)) == 2


@pytest.mark.parametrize("seed", range(4))
def test_both_phases_are_renewed_under_loss(seed: int) -> None:
    world = meet(XP_SP2, loss=0.2, duplicate=0.1, jitter=0.25, seed=seed)
    world.dial(120.0)
    for _ in range(3):
        world.net.send(world.client.rekey_phase1(world.net.now))
        world.net.run_for(120.0)
        rekey_pair(world, 120.0)
    assert world.client.errors == []
    assert len(world.client.pairs) == 1
    assert agree(world)
    assert len(world.gateway.seen(Authenticated)) == 4
    assert len(world.gateway.seen(PairConfirmed)) == 4


def test_both_phases_at_once_do_not_disturb_each_other() -> None:
    world = standing()
    now = world.net.now
    world.net.send(world.client.rekey_pair(now) + world.client.rekey_phase1(now))
    world.net.run_for(30.0)
    assert world.client.errors == []
    assert len(world.gateway.seen(PairReady)) == 2
    assert len(world.gateway.seen(Authenticated)) == 2


def test_a_volume_rekey_every_few_minutes_leaves_nothing_behind() -> None:
    world = standing()
    for _ in range(20):
        rekey_pair(world, 210.0)
    assert len(world.gateway.seen(PairReady)) == 21
    assert len(world.gateway.seen(PairClosed)) == 20
    assert agree(world)


def test_a_pair_nobody_renews_ends_with_its_life() -> None:
    world = standing(replace(XP_SP2, pair_life=600))
    world.net.run_for(700.0)
    (closed,) = world.gateway.seen(PairClosed)
    assert closed.spi_in == world.newest().spi_in
    assert closed.reason


def test_an_idle_phase_1_ends_with_its_life_and_says_so() -> None:
    world = standing(replace(XP_SP2, phase1_life=900, pair_life=600))
    world.net.run_for(2000.0)
    assert len(world.gateway.seen(Phase1Closed)) == 1
    assert world.gateway.deadline() is None


def test_a_client_whose_pair_was_idle_asks_anew_on_the_living_phase_1() -> None:
    """KB923339: after 300 s without a packet Windows deletes the pair and builds it on demand."""
    world = standing()
    spi = world.client.pairs.pop().spi_in
    gone = (isakmp.DELETE, isakmp.delete(isakmp.ESP, [spi]))
    world.net.send(world.client.inform([gone]))
    world.net.run_for(300.0)
    assert len(world.gateway.seen(PairClosed)) == 1
    rekey_pair(world)
    assert len(world.client.pairs) == 1
    assert agree(world)
