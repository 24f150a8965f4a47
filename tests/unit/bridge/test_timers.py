from dataclasses import dataclass

from gateway.bridge.timers import Timers


@dataclass(eq=False)
class Core:
    due: float | None
    scheduled: float | None = None

    def deadline(self) -> float | None:
        return self.due


def test_nobody_is_due_when_nobody_has_a_deadline() -> None:
    timers = Timers()
    timers.note(Core(None))
    assert timers.deadline() is None
    assert timers.due(1e9) == []


def test_who_is_due_comes_in_order_and_the_others_stay() -> None:
    timers = Timers()
    late, early, later = Core(2.0), Core(1.0), Core(9.0)
    for core in (late, early, later):
        timers.note(core)
    assert timers.deadline() == 1.0
    assert timers.due(2.0) == [early, late]
    assert timers.deadline() == 9.0


def test_a_deadline_that_moved_back_is_not_reported_early() -> None:
    timers = Timers()
    core = Core(1.0)
    timers.note(core)
    core.due = 5.0
    assert timers.due(1.0) == []
    assert timers.deadline() == 5.0
    assert timers.due(5.0) == [core]


def test_a_deadline_that_moved_forward_is_reported_once() -> None:
    timers = Timers()
    core = Core(5.0)
    timers.note(core)
    core.due = 1.0
    timers.note(core)
    assert timers.due(6.0) == [core]
    assert timers.deadline() is None


def test_a_core_noted_at_every_packet_fills_no_heap() -> None:
    timers = Timers()
    core = Core(1.0)
    for _ in range(1000):
        timers.note(core)
        core.due = (core.due or 0) + 1.0
    assert timers.due(1000.0) == []
    assert timers.due(1001.0) == [core]
    assert timers.deadline() is None


def test_deadlines_that_others_took_the_place_of_are_swept_out() -> None:
    timers = Timers()
    idle, busy = Core(500.0), Core(1000.0)
    timers.note(idle)
    for now in map(float, range(1, 400)):
        busy.due = now
        timers.note(busy)
        assert timers.due(now) == [busy]
        busy.due = 1000.0
        timers.note(busy)
    assert len(timers._heap) < 200
    assert timers.due(500.0) == [idle]
    assert timers.due(1000.0) == [busy]
    assert timers.deadline() is None
