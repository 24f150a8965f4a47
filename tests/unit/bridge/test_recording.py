"""The verbs of `postern record` at the control socket."""

from typing import Any

import pytest

from gateway.bridge import recording
from gateway.control.recorded import case_from_data
from tests.pair.gateway_world import NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import XP_SP2


def begun(world: World, **request: object) -> dict[str, object]:
    return recording.begin(world.core, request, world.net.now)


def looked(world: World) -> Any:
    return recording.look(world.core, world.net.now)["result"]


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"client": "old-pc"}, "a recording listens for"),
        ({"client": "old-pc", "seconds": 5}, "a recording listens for"),
        ({"client": "nobody", "seconds": 60}, "there is no client nobody"),
        ({"peer": "203.0.113", "seconds": 60}, "203.0.113 is no IPv4 address"),
        ({"seconds": 60}, "of a client or of an address"),
        ({"client": "old-pc", "peer": "203.0.113.7", "seconds": 60}, "of a client or of an"),
        ({"client": 7, "seconds": 60}, "of a client or of an address"),
    ],
)
def test_what_is_asked_for_badly_is_refused(request_: dict[str, object], error: str) -> None:
    answer = begun(meet(), **request_)
    assert not answer["ok"]
    assert error in str(answer["error"])
    assert answer["hint"]


def test_it_waits_hears_and_is_done_once() -> None:
    world = meet()
    assert begun(world, client="old-pc", seconds=600)["ok"]
    assert looked(world) == {"state": "waiting"}
    world.dial(world.join(XP_SP2, nat=Nat(NAT)), 3.0)
    assert looked(world) == {"state": "hearing"}
    assert recording.awaited(world.core, world.net.now) is None
    world.net.run_for(10.0)
    found = looked(world)
    assert found["state"] == "done"
    case = case_from_data(found["case"])
    assert case.came[-1] == "session-opened"
    assert (case.ike, case.esp) == (client_entry().ike, client_entry().esp)
    assert case.made_by.startswith("postern ")
    assert looked(world) == {"state": "over"}


def test_who_waits_is_answered_when_there_is_nothing_to_wait_for() -> None:
    world = meet()
    answer = recording.awaited(world.core, world.net.now)
    assert answer is not None
    assert answer["result"] == {"state": "over"}


def test_a_recording_that_is_stopped_lets_another_begin() -> None:
    world = meet()
    assert begun(world, client="old-pc", seconds=600)["ok"]
    second = begun(world, peer="203.0.113.7", seconds=600)
    assert "another recording is under way" in str(second["error"])
    recording.stop(world.core)
    assert begun(world, peer="203.0.113.7", seconds=600)["ok"]


def test_a_recording_whose_time_is_over_does_not_stand_in_the_way() -> None:
    world = meet()
    begun(world, client="old-pc", seconds=60)
    world.net.run_for(61.0)
    assert begun(world, client="old-pc", seconds=60)["ok"]


def test_a_file_that_would_hold_a_key_is_not_given_away() -> None:
    """A key that is a word of every recording cannot be told from one that slipped in."""
    world = meet(client_entry(psk="session-opened"))
    begun(world, client="old-pc", seconds=600)
    world.dial(world.join(XP_SP2, nat=Nat(NAT), psk="session-opened"), 15.0)
    answer = recording.look(world.core, world.net.now)
    assert not answer["ok"]
    assert "would have held a secret" in str(answer["error"])
    assert world.core.clients.recorder is None
