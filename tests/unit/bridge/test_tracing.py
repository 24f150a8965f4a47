"""What is answered to whoever wants a trace, and what the audit is told."""

from typing import Any

import pytest

from gateway.bridge.trace import Trace
from gateway.bridge.tracer import Tracer
from gateway.bridge.tracing import begin_trace, traced
from gateway.control.explain import sentence
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from tests.pair.explain_world import MACHINE, join, world_of
from tests.pair.gateway_world import World

NOW = 1000.0


def begun(world: World, **request: Any) -> Trace:
    found = begin_trace(Tracer(world.core), request, world.net.now, 0.0)
    assert isinstance(found, Trace), found
    return found


def test_a_machine_is_meant_by_its_name_its_address_or_its_session() -> None:
    world = world_of()
    world.dial(join(world))
    [number] = world.core.sessions
    assert begun(world, target=MACHINE).client == MACHINE
    assert begun(world, target="203.0.113.7").host == host_bytes("203.0.113.7")
    by_number = begun(world, target=str(number))
    assert (by_number.session, by_number.leg) == (number, *world.core.clients.living())


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"target": "nobody"}, "'nobody' is nobody"),
        ({"target": "99"}, "'99' is nobody"),
        ({"target": "\u0661"}, "nobody"),  # a digit, but none of ours
        ({"target": "1.2.3.4.5"}, "nobody"),
        ({}, "target is missing"),
        ({"target": MACHINE, "seconds": -1}, "seconds is not from 1"),
        ({"target": MACHINE, "keys": True}, "keys open the packets"),
    ],
)
def test_whoever_is_nobody_and_what_makes_no_sense_is_refused(
    request_: dict[str, Any], words: str
) -> None:
    found = begin_trace(Tracer(world_of().core), request_, NOW, 0.0)
    assert isinstance(found, dict)
    assert words in str(found["error"])
    assert found["hint"]


def test_a_trace_that_begins_is_a_fact_with_who_and_how_much() -> None:
    world = world_of()
    trace = begun(world, target=MACHINE, passwords=True)
    fact = traced(world.core, trace, "ada (ssh)", NOW)
    assert fact.what is What.TRACED
    assert fact.details == {"by": "ada (ssh)", "target": MACHINE, "opened": "passwords"}
    assert "ada (ssh)" in (sentence(fact) or "")


def test_a_session_that_is_traced_has_it_in_its_own_account() -> None:
    world = world_of()
    world.dial(join(world))
    [number] = world.core.sessions
    trace = begun(world, target=str(number))
    traced(world.core, trace, "ada", world.net.now)
    _, last = world.core.accounts.of(number)[-1]
    assert (last.what, last.details["by"]) == (What.TRACED, "ada")
