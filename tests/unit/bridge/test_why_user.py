"""Why a session stays in the daemon, where workers carry. What the kernel cannot: test_carrier."""

from typing import Any

import pytest

from gateway.bridge.crossing import CONFINES, ENCRYPTS
from gateway.bridge.session import Session
from gateway.bridge.tracks import carried_by
from gateway.bridge.why_user import NO_KERNEL, NO_WORD, why_apart, why_user
from gateway.control.values_reach import NONE
from gateway.paths import Abilities
from tests.pair import gateway_world
from tests.pair.gateway_world import NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import SAFENET_98, Profile


@pytest.fixture(autouse=True)
def _by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_world, "CARRIER", "workers")


def up(profile: Profile = SAFENET_98, **given: Any) -> World:
    world = meet(**given)
    world.dial(world.join(profile, nat=Nat(NAT)))
    return world


def session_of(world: World) -> Session:
    (session,) = world.core.sessions.values()
    return session


def why(world: World, wanted: str = "user", own_hands: str = "") -> str:
    return why_user(world.core.carrier, session_of(world).leg, wanted, own_hands)


def test_a_worker_takes_what_a_route_leaves_to_the_daemon() -> None:
    world = up()
    assert [why(world, wanted) for wanted in ("user", "auto", "kernel")] == ["", "", NO_KERNEL]


def test_without_workers_and_kernel_a_route_that_wants_nobody_says_so() -> None:
    world = up()
    world.core.carrier.abilities = Abilities()
    assert why(world) == "the route says so"


@pytest.mark.parametrize("reason", [CONFINES, ENCRYPTS])
def test_what_only_the_daemon_does_stays_there(reason: str) -> None:
    assert why(up(), own_hands=reason) == reason


def test_a_confined_machine_is_the_daemons() -> None:
    world = meet(client_entry(reach=(NONE,)))
    world.dial(world.join(nat=Nat(NAT)))
    assert carried_by(session_of(world)) == ("user", CONFINES)


def test_keys_of_another_worker_than_the_calls_stay_here() -> None:
    world = up()
    session = session_of(world)
    track, inside = session.track, session.inside
    assert why_apart(world.core.carrier, track) == ""  # type: ignore[arg-type]
    inside.call_id ^= 3
    assert "two workers" in why_apart(world.core.carrier, track)  # type: ignore[arg-type]


def test_who_has_no_words_stays_here() -> None:
    world = up()
    world.core.carrier.place_of = lambda leg, owner, name: 0
    track = session_of(world).track
    assert why_apart(world.core.carrier, track) == NO_WORD  # type: ignore[arg-type]
