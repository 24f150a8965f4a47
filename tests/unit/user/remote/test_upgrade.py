"""An update on a clock of its own: nobody waits. Ansible decides alike, and is held to it here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.postern.gateway.plugins.module_utils import restart, slots
from gateway.user.client import DaemonError
from gateway.user.remote.ask import system_of
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import NotTrusted, RefusedThere, Unreachable
from gateway.user.remote.upgrade import (
    Back,
    Wanted,
    World,
    came_back,
    to_install,
    upgrade,
)
from gateway.user.remote.words import Said
from tests.unit.user.remote.lines import Line, says

GW = Where("gw-1", "192.0.2.1")
FILE = "postern-0.2.0-amd64.raucb"
OLD, NEW = "0.1.0", "0.2.0"


def box(booted: str = OLD, other: str = "", state: str = "good", up: float = 5000) -> Any:
    rows = [
        {"name": "A", "state": state, "version": booted},
        {"name": "B", "state": "good" if other else "empty", "version": other},
    ]
    return {"hostname": "press", "booted": "a", "uptime_s": up, "slots": rows}


class Box:
    """One that takes updates: it is down for 30 s, and good after 60 more, if it is good."""

    def __init__(self, booted: str = OLD, other: str = "", *, comes_up: str = "") -> None:
        self.booted, self.other, self.comes_up = booted, other, comes_up
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, ...]] = []
        self.clock, self.started = 1000.0, -9000.0
        self.told: list[str] = []
        self.lines: list[Line] = []

    def open(self, where: Where) -> Line:
        if self.clock < self.started + 30:
            raise Unreachable("it cannot be reached", "Look")
        self.lines.append(Line(self.answer, self.files))
        return self.lines[-1]

    def wait(self, seconds: float) -> None:
        self.clock += seconds

    def answer(self, words: Sequence[str]) -> Said:
        self.asked.append(tuple(words))
        match words:
            case ["box", *_]:
                state = "good" if self.clock > self.started + 90 else "new"
                return says(box(self.booted, self.other, state, self.clock - self.started - 20))
            case ["upgrade", str() as path, *_]:
                assert self.files[path] == b"update"
                self.other = NEW
                return says({"version": NEW})
            case ["reboot", *_]:
                self.started = self.clock
                self.booted, self.other = self.comes_up or self.other, self.booted
                raise Unreachable("the connection ended in the middle", "Look")
        return Said(0, "", "")

    def world(self) -> World:
        return World(self.open, lambda: self.clock, self.wait, self._tell)

    def _tell(self, name: str, what: str) -> None:
        self.told.append(f"{name}: {what}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.write_bytes(b"update")
    return path


def test_an_update_is_brought_installed_started_and_proved(file: Path) -> None:
    there = Box()
    found = upgrade(GW, Wanted(file, "", 1200), there.world())
    assert found == {"version": NEW, "changed": True}
    assert there.booted == NEW
    assert ("upgrade", f"/data/upload/{FILE}", "--json") in there.asked
    assert ("reboot", "--name", "press", "--reason", "by postern remote upgrade") in there.asked
    assert there.files == {}  # the disk is small
    assert there.clock > there.started + 90  # it was waited for until it was good
    assert all(line.closed for line in there.lines)
    assert there.told == [
        f"gw-1: is brought {FILE}",
        "gw-1: installs it",
        f"gw-1: {NEW} is there, and it starts anew",
    ]


def test_an_older_one_is_asked_for_in_so_many_words(file: Path) -> None:
    there = Box()
    upgrade(GW, Wanted(file, "", 1200, older=True), there.world())
    assert ("upgrade", f"/data/upload/{FILE}", "--older", "--json") in there.asked


def test_a_box_that_runs_the_version_is_left_as_it_is(file: Path) -> None:
    there = Box(booted=NEW)
    assert upgrade(GW, Wanted(file, NEW, 1200), there.world()) == {"version": NEW, "changed": False}
    assert there.asked == [("box", "--json")]


def test_a_version_that_waits_in_the_other_slot_is_not_brought_but_started(file: Path) -> None:
    there = Box(other=NEW)
    assert upgrade(GW, Wanted(file, NEW, 1200), there.world())["changed"]
    assert [words[0] for words in there.asked[:3]] == ["box", "rollback", "reboot"]
    assert there.booted == NEW


def test_a_box_that_goes_back_by_itself_is_a_failure(file: Path) -> None:
    there = Box(comes_up=OLD)
    with pytest.raises(RefusedThere, match="0.1.0 runs, and not 0.2.0: it has gone back"):
        upgrade(GW, Wanted(file, "", 1200), there.world())


def test_a_box_that_does_not_come_back_is_given_up_in_the_end(file: Path) -> None:
    there = Box()
    with pytest.raises(Unreachable, match="not come back and proved itself within 20 s"):
        upgrade(GW, Wanted(file, "", 20), there.world())
    assert there.clock == there.started + 20


def test_a_file_of_another_version_is_not_started(file: Path) -> None:
    there = Box()
    with pytest.raises(RefusedThere, match=r"0\.2\.0 was installed, and not 0\.3\.0"):
        upgrade(GW, Wanted(file, "0.3.0", 1200), there.world())
    assert there.started < 0
    assert there.files == {}


def test_an_update_that_is_refused_leaves_no_file(file: Path) -> None:
    there = Box()
    refused = says({"error": "its signature is not good", "hint": "Nothing has changed"}, 1)
    line = Line(_with(there.answer, "upgrade", refused), there.files)
    world = replace(there.world(), open=lambda where: line)
    with pytest.raises(RefusedThere, match="its signature is not good"):
        upgrade(GW, Wanted(file, "", 1200), world)
    assert (there.files, line.closed) == ({}, True)


def test_somebody_else_who_answers_afterwards_ends_the_waiting_at_once(file: Path) -> None:
    there = Box()
    opened = _first_then(there, NotTrusted("it answers with another key", "Compare"))
    world = replace(there.world(), open=lambda where: next(opened))
    with pytest.raises(NotTrusted):
        upgrade(GW, Wanted(file, "", 1200), world)
    assert there.clock == there.started + 5


def _with(answer: Callable[..., Said], verb: str, said: Said) -> Callable[[Sequence[str]], Said]:
    return lambda words: said if words[0] == verb else answer(words)


def _first_then(there: Box, error: DaemonError) -> Iterator[Line]:
    yield there.open(GW)
    raise error


BOXES = [
    box(booted, other, state, up)
    for booted, other, state, up in product(
        ("", OLD, NEW), ("", OLD, NEW), ("good", "new"), (0, 10, 5000)
    )
]


@pytest.mark.parametrize("found", BOXES)
def test_ansible_decides_alike(found: Any) -> None:
    system = system_of(found)
    assert to_install(system, NEW) == slots.to_install(found, NEW)
    theirs = restart.outcome_of(found, 30, NEW)
    ours = {
        Back.NOT_YET: None,
        Back.GOOD: {"changed": True, "version": system.booted.version},
        Back.OTHER: True,
    }[came_back(system, 30, NEW)]
    assert ours == (theirs if theirs is None or "failed" not in theirs else theirs["failed"])
    assert came_back(None, 30, NEW) is Back.NOT_YET
