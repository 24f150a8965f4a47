"""Anything in any order, on a bad wire, for a long time: what must hold holds all along."""

from random import Random

import pytest

from gateway.ike.events import PairClosed, PairReady, Phase1Closed
from tests.pair.ike_world import World, agree, meet, policy
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, WIN2000_KB818043, XP_SP2, offering

PROFILES = [XP_SP2, WIN2000_KB818043, SAFENET_98, offering("rfc3947", "draft-03")]
STEPS = 40


def redial(world: World) -> None:
    world.client.pairs.clear()
    world.client.phase1s.clear()
    world.net.send(world.client.dial(world.net.now))


def rekey_phase1(world: World) -> None:
    world.net.send(world.client.rekey_phase1(world.net.now))


def rekey_pair(world: World) -> None:
    world.net.send(world.client.rekey_pair(world.net.now))


def forget(world: World) -> None:
    assert world.nat is not None
    world.nat.forget()


def repeat_history(world: World) -> None:
    """Somebody who listened sends the last messages once more."""
    world.net.send(each.datagram for each in world.net.carried[-5:])


def say_nonsense(world: World) -> None:
    world.net.send(world.client.inform([(isakmp.NOTIFY, b"")]))
    world.net.send(world.client.inform([(isakmp.DELETE, bytes(12))], spoil_hash=True))


def we_close(world: World) -> None:
    for ready in world.gateway.seen(PairReady)[-1:]:
        core = world.gateway.core
        world.net.send(world.gateway.take(core.close_pair(ready.spi_in, world.net.now)))


def say_goodbye(world: World) -> None:
    world.net.send(world.client.hang_up(world.net.now))
    redial(world)


WHEN_UP = [rekey_phase1, rekey_pair, rekey_pair, say_nonsense, we_close, say_goodbye]
ALWAYS = [redial, forget, repeat_history]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_nothing_breaks_and_nothing_stays(seed: int) -> None:
    chance = Random(seed)
    profile = PROFILES[seed % len(PROFILES)]
    world = meet(profile, rules=policy(), loss=0.15, duplicate=0.15, jitter=0.5, seed=seed)
    world.dial(20.0)
    for _ in range(STEPS):
        standing = [each for each in world.client.phase1s if not each.step]
        chance.choice(ALWAYS + WHEN_UP * bool(standing))(world)
        world.net.run_for(chance.choice([0.0, 0.0625, 1.0, 20.0, 90.0]))
        assert agree(world)
    world.net.leave(world.client)
    world.net.run_for(9 * 3600.0)
    ready = {event.spi_in for event in world.gateway.seen(PairReady)}
    assert {event.spi_in for event in world.gateway.seen(PairClosed)} == ready
    assert len(world.gateway.seen(PairClosed)) == len(ready)
    assert len({event.sa for event in world.gateway.seen(Phase1Closed)}) == len(
        world.gateway.seen(Phase1Closed)
    )
    assert world.gateway.deadline() is None


def test_the_profiles_speak_of_dpd_and_not() -> None:
    assert {DPD in profile.vendors for profile in PROFILES} == {True, False}
