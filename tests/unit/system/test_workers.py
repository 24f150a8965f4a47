"""The daemon's end of its workers, whose processes are lines in this one."""

import os
import socket
from collections.abc import Iterator

import pytest

from gateway.esp.suites import SUITES
from gateway.paths import (
    Again,
    Dropped,
    LookAt,
    PathEvent,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    WorkerLost,
    WorkersLost,
)
from gateway.system import workers as module
from gateway.system.nfqueue import Queue, QueueUnavailable
from gateway.system.shelf import Shelf
from gateway.system.worker_line import Line, adopt_line
from gateway.system.worker_messages import COUNT, PING, build_event, parse_request
from gateway.system.workers import CALM, MOST_DEATHS, PING_EVERY, Workers
from tests.unit.bridge.worker_world import JOINED, OURS_SPI, PATH

OTHER = 2  # the worker that has nothing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Fake:
    """A worker that does nothing by itself."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.killed = False

    def kill(self) -> None:
        self.killed = True
        self.line.close()

    def heard(self) -> list[bytes]:
        return self.line.take()

    def answer(self) -> None:
        """Whatever it was asked."""
        for message in self.heard():
            if message in (PING, COUNT):
                self.line.send(message)


class World:
    def __init__(self, count: int = 2) -> None:
        self.began: list[tuple[int, Fake]] = []
        self.file = os.memfd_create("words")
        self.shelf = Shelf(self.file, 64)
        self.clock = Clock()
        self.fails = False
        self.workers = Workers(count, self.shelf, self._start, self.clock)

    def _start(self, number: int, line: socket.socket) -> Fake:
        if self.fails:
            raise OSError("no process")
        made = Fake(Line(adopt_line(os.dup(line.fileno()))))
        self.began.append((number, made))
        return made

    def worker(self, number: int) -> Fake:
        """The last of that number."""
        return dict(self.began)[number]

    def die(self, number: int) -> list[PathEvent]:
        self.worker(number).line.close()
        return self.workers.take()

    def close(self) -> None:
        self.workers.stop()
        os.close(self.file)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is read here once there are no workers; pipes, since the kernel's take root."""
    bound: list[int] = []

    class Queue:
        def __init__(self) -> None:
            self._pipe = os.pipe()

        def bind(self, number: int) -> None:
            bound.append(number)

        def fileno(self) -> int:
            return self._pipe[0]

        def take(self, limit: int) -> list[bytes]:
            return []

    class Gre(Queue):
        def __init__(self, address: bytes | None) -> None:
            super().__init__()

        def take_only(self, workers: range) -> None:
            bound.extend(-each for each in workers)

    monkeypatch.setattr(module, "Queue", Queue)
    monkeypatch.setattr(module, "GreReceiver", Gre)
    return bound


def test_a_request_goes_to_the_worker_whose_it_is(world: World) -> None:
    requests = (
        SetLeg(1, PATH), SetCall(9, JOINED), SendL2tp(1, b"m"), SendFrame(9, b"f"),
        LookAt(1, OURS_SPI), Again(OURS_SPI, b"p"), SetCall(9, None), SetLeg(1, None),
    )  # fmt: skip
    for request in requests:
        world.workers.carry_out(request)
    assert tuple(map(parse_request, world.worker(1).heard())) == requests
    assert world.worker(OTHER).heard() == []


def test_of_what_no_worker_has_nobody_is_told(world: World) -> None:
    for request in (SendL2tp(1, b"m"), SendFrame(9, b"f"), SetLeg(1, None), Again(8, b"p")):
        world.workers.carry_out(request)
    assert world.worker(1).heard() == world.worker(OTHER).heard() == []


def test_what_workers_tell_is_an_event(world: World) -> None:
    for number in (1, OTHER):
        world.worker(number).line.send(build_event(Dropped(number, "x")))
    assert sorted(world.workers.take()) == [Dropped(1, "x"), Dropped(OTHER, "x")]  # type: ignore[type-var]


def test_a_worker_that_died_is_seen_dead_and_another_is_begun_at_once(world: World) -> None:
    world.workers.carry_out(SetLeg(1, PATH))
    first = world.worker(1)
    first.line.send(build_event(Dropped(1, "last words")))
    assert [*world.die(1), *world.workers.take()] == [Dropped(1, "last words"), WorkerLost(1)]
    assert first.killed
    assert [number for number, _ in world.began] == [1, OTHER, 1]
    world.workers.carry_out(SetLeg(1, PATH))
    assert [parse_request(each) for each in world.worker(1).heard()] == [SetLeg(1, PATH)]


def test_what_is_said_to_a_worker_that_is_gone_shows_it(world: World) -> None:
    world.worker(1).line.close()
    world.workers.carry_out(SetLeg(1, PATH))
    assert world.workers.deadline() == 0.0
    assert world.workers.handle_timeout(world.clock.now) == [WorkerLost(1)]


def test_a_worker_that_talks_nonsense_is_as_good_as_dead(world: World) -> None:
    world.worker(1).line.send(b"\x7f")
    assert world.workers.take() == [WorkerLost(1)]


def test_nobody_is_asked_while_nothing_is_carried(world: World) -> None:
    assert world.workers.deadline() is None


def test_a_worker_that_hangs_is_killed(world: World) -> None:
    world.workers.carry_out(SetLeg(1, PATH))
    due = world.workers.deadline()
    assert due == world.clock.now + PING_EVERY
    assert world.workers.handle_timeout(due) == []
    world.worker(OTHER).answer()
    world.workers.take()
    hung = world.worker(1)
    world.clock.now = due + PING_EVERY
    assert world.workers.handle_timeout(world.clock.now) == [WorkerLost(1)]
    assert hung.killed
    assert not world.worker(OTHER).killed


def test_when_nothing_is_carried_any_more_nobody_is_asked_again(world: World) -> None:
    world.workers.carry_out(SetLeg(1, PATH))
    world.workers.carry_out(SetLeg(1, None))
    due = world.workers.deadline()
    assert due is not None
    world.workers.handle_timeout(due)
    assert world.workers.deadline() is None


def test_a_word_that_was_given_back_is_lent_when_every_worker_has_done_all_before(
    world: World,
) -> None:
    place = world.shelf.take()
    assert place is not None
    world.workers.carry_out(SetLeg(1, PATH))
    world.shelf.give_back(place)
    due = world.workers.deadline()
    assert due is not None
    world.workers.handle_timeout(due)
    world.worker(1).answer()
    world.workers.take()
    assert not world.shelf.hold(place)
    world.worker(OTHER).answer()
    world.workers.take()
    assert world.shelf.take() == place


def test_counters_are_fetched_while_an_owner_waits(world: World) -> None:
    for number in (1, OTHER):
        world.worker(number).line.send(build_event(Dropped(number, "x")))
        world.worker(number).line.send(COUNT)
    assert len(world.workers.count()) == 2


@pytest.mark.long
def test_who_does_not_answer_an_owner_is_waited_for_a_moment_only(world: World) -> None:
    reads = iter([100.0, 100.0, 100.05, 200.0, 200.0])
    world.workers._clock = lambda: next(reads)
    assert world.workers.count() == []


def test_the_start_is_over_once_all_have_begun(world: World) -> None:
    for number in (1, OTHER):
        world.worker(number).line.send(PING)
    world.workers.settle()
    assert world.workers.take() == []


def test_workers_that_keep_dying_are_given_up(world: World, queues: list[int]) -> None:
    events = [world.die(1) for _ in range(MOST_DEATHS)]
    assert events[:-1] == [[WorkerLost(1)]] * (MOST_DEATHS - 1)
    (last,) = events[-1]
    assert isinstance(last, WorkersLost)
    assert queues == [1705, 1706, -1, -2]
    assert world.worker(OTHER).killed
    world.workers.carry_out(SetLeg(1, PATH))
    assert world.workers.take() == []


def test_a_death_now_and_then_is_no_reason_to_give_up(world: World) -> None:
    for _ in range(2 * MOST_DEATHS):
        world.clock.now += CALM
        assert world.die(1) == [WorkerLost(1)]


def test_without_another_process_they_are_given_up(world: World, queues: list[int]) -> None:
    world.fails = True
    (lost,) = world.die(1)
    assert lost == WorkersLost("a worker has died, and no other can be begun (no process)")


def test_queues_that_cannot_be_had_back_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(queue: Queue, number: int) -> None:
        raise QueueUnavailable(f"queue {number} is taken")

    monkeypatch.setattr(Queue, "bind", taken)
    world.fails = True
    (lost,) = world.die(1)
    assert isinstance(lost, WorkersLost)
    assert lost.reason.endswith("what comes for them is lost (queue 1705 is taken)")


def test_all_end_with_the_daemon(world: World) -> None:
    world.workers.stop()
    assert all(worker.killed for _, worker in world.began)


def test_they_carry_every_suite_there_is(world: World) -> None:
    wanted = {(each.cipher.name, each.hash.name) for each in SUITES.values()}
    assert wanted <= world.workers.abilities.suites
    assert world.workers.abilities.workers == 2
