"""The menu before a whole gateway: real sessions, the real control socket, the plain renderer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.bridge.answers import answer
from gateway.bridge.replies import done
from gateway.bridge.views import refusals
from gateway.control.sessions import StatusView, to_json
from gateway.user.box_client import Who
from gateway.user.console.ends import Ends
from tests.pair.gateway_world import World, client_entry, meet
from tests.pair.nat import Nat
from tests.unit.user.console.agents import FakeBox, listening, talk


@pytest.fixture
def world() -> World:
    found = meet(client_entry("press-3"))
    found.dial(found.join(nat=Nat("203.0.113.7")))
    assert found.clients[0].up
    return found


@pytest.fixture
def ends(tmp_path: Path, world: World) -> Iterator[Ends]:
    def handle(request: dict[str, Any]) -> dict[str, Any]:
        gateway = world.gateway.core
        if request.get("verb") == "status":
            told = refusals(gateway, world.net.now)
            return done(to_json(StatusView(rules_ok=True, refusals=told)))
        found, outputs = answer(gateway, request, world.net.now)
        world.ask(outputs)
        return found

    box = FakeBox()
    with (
        listening(tmp_path / "box", box.answer) as box_path,
        listening(tmp_path / "daemon", handle) as daemon_path,
    ):
        yield Ends(box_path, daemon_path, Who("ada", "console"))


def test_a_real_session_is_listed_with_its_account(ends: Ends, world: World) -> None:
    number = next(iter(world.gateway.core.sessions))
    told = talk(ends, "1", str(number))
    assert f"{number}) press-3  SafeNet  203.0.113.7:" in told
    assert "PPP is up: the client has" in told


def test_a_real_session_is_ended_from_the_menu(ends: Ends, world: World) -> None:
    number = next(iter(world.gateway.core.sessions))
    talk(ends, "1", str(number), "k", "1")
    world.net.run_for(10.0)
    assert not world.gateway.core.sessions
    assert not world.clients[0].up


def test_why_a_client_with_the_wrong_key_does_not_connect(ends: Ends, world: World) -> None:
    stranger = world.join(host="192.168.1.9", nat=Nat("203.0.113.99"), psk="not the key at all")
    world.dial(stranger, 20.0)
    told = talk(ends, "8", "1", "203.0.113.99", "789", "yes")
    assert "The client at 203.0.113.99 has another pre-shared key than its `psk`" in told
    assert "789 or 792 (Windows 2000, XP)" in told
    assert "wrong key (none of 1 keys fits" in told
