"""The agent's loop: signals, deadlines, and errors that cost a turn."""

import os
from collections.abc import Iterator
from signal import SIGHUP, SIGTERM, Signals

import pytest

from gateway.system.box.loop import HOLD, BoxLoop


class Pipe:
    """Something to be read: a control socket and a source of signals in one."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        self.served: list[float] = []
        self.signals: list[Signals] = []
        self.told: list[str] = []

    def fileno(self) -> int:
        return self.read

    def serve(self, now: float) -> None:
        os.read(self.read, 100)
        self.served.append(now)

    def take(self) -> list[Signals]:
        os.read(self.read, 100)
        return self.signals

    def ready(self, now: float) -> None:
        self.told.append("ready")

    def reloading(self, now: float) -> None:
        self.told.append("reloading")

    def stopping(self) -> None:
        self.told.append("stopping")

    def deadline(self) -> float | None:
        return None

    def handle_timeout(self, now: float) -> None:
        raise AssertionError("without a deadline there is no timeout")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Timer:
    """Due at `due`, and fails if it is told to."""

    def __init__(self, due: float, fails: bool = False) -> None:
        self.due, self.fails = due, fails
        self.handled: list[float] = []

    def deadline(self) -> float | None:
        return self.due

    def handle_timeout(self, now: float) -> None:
        self.handled.append(now)
        if self.fails:
            raise KeyError("a bug")
        self.due = now + 50


@pytest.fixture
def pipes() -> Iterator[tuple[Pipe, Pipe]]:
    control, signals = Pipe(), Pipe()
    yield control, signals
    for pipe in (control, signals):
        os.close(pipe.read)
        os.close(pipe.write)


def loop(pipes: tuple[Pipe, Pipe], *timers: Timer, told: list[str] | None = None) -> BoxLoop:
    control, signals = pipes
    tell = (told if told is not None else []).append
    return BoxLoop(control, signals, signals, timers, tell, Clock())


def test_it_runs_until_a_signal_stops_it(pipes: tuple[Pipe, Pipe]) -> None:
    control, signals = pipes
    os.write(signals.write, b"x")
    signals.signals = [SIGTERM]
    loop(pipes).run()
    assert signals.told == ["ready", "stopping"]


def test_a_hang_up_stops_nothing_and_requests_are_served(pipes: tuple[Pipe, Pipe]) -> None:
    control, signals = pipes
    os.write(signals.write, b"x")
    os.write(control.write, b"x")
    signals.signals = [SIGHUP]
    one = loop(pipes)
    one.step()
    assert control.served == [100.0]
    assert not one._stopped


def test_what_is_due_is_done_and_what_is_not_is_waited_for(pipes: tuple[Pipe, Pipe]) -> None:
    due, later = Timer(100.0), Timer(101.0)
    os.write(pipes[0].write, b"x")
    loop(pipes, due, later).step()
    assert due.handled == [100.0]
    assert later.handled == []


def test_a_timer_that_fails_is_told_of_and_rests(pipes: tuple[Pipe, Pipe]) -> None:
    told: list[str] = []
    broken = Timer(100.0, fails=True)
    one = loop(pipes, broken, told=told)
    os.write(pipes[0].write, b"x")
    one.step()
    assert "a bug" in told[0]
    assert one._patience() == HOLD
