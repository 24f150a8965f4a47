"""The loop of a worker, with pipes for its queue and its GRE."""

import os
from collections.abc import Iterator

import pytest

from gateway.outputs import SendIp
from gateway.paths import Dropped, GreHeard, PacketHeard, PathRequest, SendFrame
from gateway.system.worker_line import Line, Lost, line_pair
from gateway.system.worker_loop import WorkerLoop
from gateway.system.worker_messages import COUNT, PING, build_event, build_request, parse_event


class Core:
    """Answers everything it gets by the same, and remembers it."""

    def __init__(self) -> None:
        self.due: float | None = None
        self.did: list[object] = []

    def receive_packet(self, packet: bytes, now: float) -> list[object]:
        return [SendIp(packet), PacketHeard(packet)]

    def receive_gre(self, packet: bytes, now: float) -> list[object]:
        return [SendIp(packet), GreHeard(packet)]

    def carry_out(self, request: PathRequest, now: float) -> list[object]:
        self.did.append(request)
        return []

    def tell(self) -> list[object]:
        return [Dropped(1, "counted")]

    def handle_timeout(self, now: float) -> list[object]:
        self.due = None
        return [SendIp(b"late")]

    def deadline(self) -> float | None:
        return self.due


class Pipe:
    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK)
        self.waiting: list[bytes] = []

    def put(self, packet: bytes) -> None:
        self.waiting.append(packet)
        os.write(self._write, b"x")

    def fileno(self) -> int:
        return self._read

    def take(self, limit: int) -> list[bytes]:
        os.read(self._read, limit)
        found, self.waiting = self.waiting, []
        return found

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class World:
    def __init__(self) -> None:
        ours, theirs = line_pair()
        self.line, self._theirs = Line(ours), Line(theirs)
        self.core, self.queue, self.gre = Core(), Pipe(), Pipe()
        self.sent: list[bytes] = []
        self.loop = WorkerLoop(
            self.core, self._theirs, self.queue, self.gre, self.sent.append, lambda: 1.0
        )

    def close(self) -> None:
        self.line.close()
        self._theirs.close()
        self.queue.close()
        self.gre.close()


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_packets_leave_and_events_are_told(world: World) -> None:
    world.queue.put(b"outside")
    world.gre.put(b"inside")
    world.loop.step()
    assert world.sent == [b"inside", b"outside"]
    found = [parse_event(each) for each in world.line.take()]
    assert found == [GreHeard(b"inside"), PacketHeard(b"outside")]


def test_what_the_daemon_asks_for_is_done_in_order(world: World) -> None:
    for message in (build_request(SendFrame(1, b"x")), PING, COUNT):
        world.line.send(message)
    world.loop.step()
    assert world.core.did == [SendFrame(1, b"x")]
    assert world.line.take() == [PING, build_event(Dropped(1, "counted")), COUNT]


def test_what_is_due_is_done_without_anything_that_comes(world: World) -> None:
    world.core.due = 0.5
    world.loop.step()
    assert world.sent == [b"late"]


def test_of_strangers_packets_no_more_are_told_than_the_daemon_takes(world: World) -> None:
    while not world.loop.unsaid:
        world.queue.put(bytes(4000))
        world.loop.step()
    sent = len(world.sent)
    assert sent > 10
    before = len(world.line.take(sent))
    world.loop.step()
    assert before + len(world.line.take(sent)) == sent - world.loop.unsaid


def test_it_ends_with_the_daemon(world: World) -> None:
    world.line.close()
    with pytest.raises(Lost):
        world.loop.step()
    world.loop.run()
    assert world.sent == []
