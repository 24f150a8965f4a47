"""Messages on real terminals, and the countdown that goes there."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.system.box.places import Places
from gateway.system.box.wall import MARKS, MOST, WITHIN, Countdown, Wall
from tests.unit.system.box.machine import put


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def person(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """What somebody at a pseudo-terminal reads, and its device in the tree."""
    reads, writes = os.openpty()
    os.set_blocking(reads, False)
    path = tmp_path / "dev/pts/7"
    path.parent.mkdir(parents=True)
    path.symlink_to(os.ttyname(writes))
    os.fchmod(writes, 0o620)
    yield reads, path
    os.close(reads)
    os.close(writes)


def heard(reads: int) -> str:
    """All that is there; a terminal gives it in pieces."""
    found = b""
    with suppress(BlockingIOError):
        while piece := os.read(reads, 4096):
            found += piece
    return found.decode()


def test_everybody_hears_it(tmp_path: Path, person: tuple[int, Path]) -> None:
    Wall(Places(tmp_path), Clock())("the box restarts: new kernel")
    assert "*** Postern: the box restarts: new kernel\r" in heard(person[0])


def test_what_somebody_typed_steers_no_terminal(tmp_path: Path, person: tuple[int, Path]) -> None:
    Wall(Places(tmp_path), Clock())("zo\xeb \x1b[2J" + "x" * 1000)
    text = heard(person[0])
    assert "zo\\xeb \\x1b[2J" in text
    assert "\x1b" not in text
    assert len(text) < 400


def test_who_wants_no_messages_gets_none(tmp_path: Path, person: tuple[int, Path]) -> None:
    reads, path = person
    path.chmod(0o600)
    Wall(Places(tmp_path), Clock())("not for you")
    path.chmod(0o620)
    assert heard(reads) == ""


def test_who_does_not_read_is_not_waited_for(tmp_path: Path, person: tuple[int, Path]) -> None:
    clock = Clock()
    wall = Wall(Places(tmp_path), clock)
    for _ in range(300):
        clock.now += WITHIN
        wall("x" * 280)
    assert heard(person[0])


def test_nobody_is_flooded(tmp_path: Path, person: tuple[int, Path]) -> None:
    clock = Clock()
    wall = Wall(Places(tmp_path), clock)
    for number in range(3 * MOST):
        wall(f"message {number}")
    assert heard(person[0]).count("***") == MOST
    clock.now += WITHIN
    wall("and on")
    assert "and on" in heard(person[0])


def test_consoles_hear_it_and_a_terminal_that_has_gone_does_no_harm(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/tty/console/active", "tty0 ttyS1\n")
    for name in ("tty1", "ttyS0", "ttyS1", "tty0"):
        put(tmp_path, f"dev/{name}", "").chmod(0o620)
    (tmp_path / "dev/pts").mkdir()
    (tmp_path / "dev/pts/3").symlink_to("gone")
    Wall(Places(tmp_path), Clock())("hello")
    for name in ("tty1", "ttyS0", "ttyS1"):
        assert "hello" in (tmp_path / "dev" / name).read_text()
    assert (tmp_path / "dev/tty0").read_text() == ""
    assert stat.S_IMODE((tmp_path / "dev/tty1").stat().st_mode) == 0o620


class Pending:
    """A change that goes back at `until`."""

    def __init__(self, clock: Clock, until: float | None) -> None:
        self.clock, self.until = clock, until
        self.said: list[str] = []
        self.countdown = Countdown(self.left, self.said.append, clock)

    def left(self, now: float) -> float | None:
        return None if self.until is None else max(0.0, self.until - now)

    def run(self, until: float) -> list[float]:
        """At which moments something was said."""
        moments = []
        while (due := self.countdown.deadline()) is not None and due <= until:
            self.clock.now = max(due, self.clock.now)
            before = len(self.said)
            self.countdown.handle_timeout(self.clock.now)
            assert len(self.said) == before + 1
            moments.append(self.clock.now)
        self.clock.now = until
        return moments


def test_the_countdown_is_said_again_and_again() -> None:
    pending = Pending(Clock(), 1300.0)
    assert pending.run(1300.0) == [1180.0, 1240.0, 1270.0, 1290.0]
    assert pending.said[1] == (
        "a change goes back in 60 s unless it is confirmed over a new connection: "
        "postern config confirm"
    )


def test_a_longer_time_is_counted_anew() -> None:
    pending = Pending(Clock(), 1060.0)
    assert pending.run(1035.0) == [1030.0]
    pending.until = 1035.0 + 130.0
    assert pending.run(2000.0) == [1045.0, 1105.0, 1135.0, 1155.0]


def test_without_a_change_there_is_nothing_to_say() -> None:
    pending = Pending(Clock(), None)
    assert pending.run(5000.0) == []
    pending.countdown.handle_timeout(5000.0)
    assert pending.said == []


def test_a_late_look_says_the_time_there_is() -> None:
    pending = Pending(Clock(), 1300.0)
    assert pending.countdown.deadline() == 1180.0
    pending.clock.now = 1255.0
    pending.countdown.handle_timeout(1255.0)
    assert pending.said == [
        "a change goes back in 45 s unless it is confirmed over a new connection: "
        "postern config confirm"
    ]
    assert pending.countdown.deadline() == 1270.0


def test_the_marks_are_in_order() -> None:
    assert sorted(MARKS, reverse=True) == list(MARKS)
