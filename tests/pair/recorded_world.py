"""A handshake of a scripted client, recorded as an owner does it: by the control socket's verbs."""

from typing import Any

from gateway.bridge.answers import answer
from gateway.control.recorded import Case, case_from_data
from tests.pair.gateway_world import World
from tests.pair.old_world import call_up, old_world
from tests.pair.peers.old_box import Kind

ASKED = {"client": "old-pc", "seconds": 600}


def ask(world: World, verb: str, **more: object) -> dict[str, Any]:
    found, _ = answer(world.core, {"verb": verb, **more}, world.net.now)
    return found


def taken(world: World) -> Case:
    """What the gateway gives once the dial is over."""
    found = ask(world, "recorded")
    assert found["ok"], found
    assert found["result"]["state"] == "done", found["result"]
    return case_from_data(found["result"]["case"])


def record(kind: Kind, **asked: object) -> tuple[World, Case]:
    """A machine of this kind dials, and is recorded."""
    world = old_world()
    assert ask(world, "record", **(asked or ASKED))["ok"]
    call_up(world, kind, 15.0)
    return world, taken(world)
