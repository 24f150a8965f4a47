"""`postern run --remove-rules`: what is taken away, and what is said of it."""

from io import StringIO
from pathlib import Path

import pytest

from gateway.system import kernel, removal
from gateway.system.control_socket import AlreadyRunning
from gateway.system.journal import Journal


class World:
    """A machine on which an earlier daemon, and one who starts pppd, have left something."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tools = ["nft"]
        self.at_work = False
        self.did: list[str] = []
        made = {
            "Addresses": lambda: self,
            "every_tool": lambda: self.tools,
            "remove_rules": list,
            "remove_remains": self.remove_remains,
        }
        for name, value in made.items():
            monkeypatch.setattr(removal, name, value)
        monkeypatch.setattr(kernel, "remove_all", lambda tools: self.did.append("kernel"))

    def remove(self) -> None:
        self.did.append("addresses")

    def remove_remains(self, socket: Path, tool: object) -> bool:
        if self.at_work:
            raise AlreadyRunning("somebody is")
        return bool(self.tools)

    def said(self) -> list[str]:
        text = StringIO()
        removal.remove_all(Journal(text, lambda: 0.0))
        return text.getvalue().splitlines()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_all_that_was_left_is_taken_away(world: World) -> None:
    pppd, rules = world.said()
    assert "the rules that a `postern pppd` has left are removed" in pppd
    assert "rules removed (nft)" in rules
    assert world.did == ["addresses", "kernel"]


def test_where_nothing_was_left_that_is_said(world: World) -> None:
    world.tools = []
    [said] = world.said()
    assert "there were no rules of ours" in said
    assert world.did == ["addresses", "kernel"]


def test_rules_of_one_at_work_stay(world: World) -> None:
    world.at_work = True
    pppd, rules = world.said()
    assert "`postern pppd` is at work: its rules go when it is stopped" in pppd
    assert "rules removed (nft)" in rules
