"""The daemon's workers: processes that carry sessions beside it, begun and watched over from here.

In the kernel's place (`paths.py`): requests go to the worker whose SPIs and call ids they are of,
and what it tells comes back as events. A worker that dies or hangs is killed and seen dead before
anything that it counted is believed; another is begun at once. Where that happens too often, its
queues are read here, and all is the daemon's.
"""

import select
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.paths import (
    Abilities,
    Again,
    CallPath,
    GreHeard,
    LookAt,
    PacketHeard,
    PathEvent,
    PathRequest,
    PptpEnd,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    WorkerLost,
    WorkersLost,
    worker_of,
)
from gateway.system.nfqueue import Queue
from gateway.system.raw import GreReceiver
from gateway.system.shelf import Shelf
from gateway.system.wanted import ESP_QUEUES
from gateway.system.worker_line import Line, Lost, line_pair
from gateway.system.worker_messages import (
    COUNT,
    PING,
    build_request,
    parse_event,
)
from gateway.wire.cursor import WireError

LIMIT: Final = 64  # messages of one worker before the others have their turn
PING_EVERY: Final = 5.0  # seconds between two questions, and for the answer to one
READY_WITHIN: Final = 5.0  # seconds for which the daemon's start waits for theirs
COUNTED_WITHIN: Final = 0.1  # seconds for what an owner asks for
CALM: Final = 10.0  # seconds a worker lives, if it is well
MOST_DEATHS: Final = 3  # of workers that did not, in a row
SUITES: Final = frozenset(
    (cipher, digest) for cipher in ("des", "3des", "aes") for digest in ("md5", "sha1")
)


class Started(Protocol):
    """A process that was begun: `worker_start.Process`."""

    def kill(self) -> None:
        """At once, and it is dead afterwards."""
        ...


Start = Callable[[int, socket.socket], Started]
"""Begins the worker of a number, at that end of a line."""


@dataclass(slots=True)
class _Worker:
    number: int
    line: Line
    process: Started
    since: float
    asked: bool = False  # whether it lives, and has not answered
    counts: bool = False  # it has been asked to tell its counters, and has not done so


class Workers:
    """All of them, behind one descriptor."""

    def __init__(
        self,
        count: int,
        shelf: Shelf,
        start: Start,
        clock: Callable[[], float],
        address: bytes | None = None,
    ) -> None:
        """`shelf` has the words they count in; `address` is where GRE comes to."""
        self.count_of = count
        self.deaths = 0
        self._shelf, self._start, self._clock, self._address = shelf, start, clock, address
        self._epoll = select.epoll()
        self._told: deque[PathEvent] = deque()
        self._workers: dict[int, _Worker] = {}
        self._whose: dict[tuple[str, int], int] = {}  # legs and calls that were asked for
        self._early = 0  # deaths in a row of who had just been begun
        self._ping_at: float | None = None
        self._places: list[int] = []  # of words, free once everybody has answered
        self._queues: list[Queue] = []  # that are read here, since there are no workers any more
        self._gre: GreReceiver | None = None
        shelf.rest()
        for number in range(1, count + 1):
            self._begin(number)

    @property
    def abilities(self) -> Abilities:
        return Abilities(suites=SUITES, workers=self.count_of)

    def fileno(self) -> int:
        return self._epoll.fileno()

    def settle(self) -> None:
        """The start is over once everybody has begun; of an earlier daemon's nobody is left since
        `Kept`."""
        self._ask_all()
        self._wait_for(lambda: any(worker.asked for worker in self._workers.values()), READY_WITHIN)

    def stop(self) -> None:
        """They end, and what they still carried with them."""
        for worker in self._workers.values():
            worker.process.kill()
            worker.line.close()
        self._workers.clear()

    def carry_out(self, request: PathRequest) -> None:
        worker = self._workers.get(self._number_of(request))
        if worker is not None:
            self._say(worker, build_request(request))
        if self._ping_at is None:
            self._ping_at = self._clock() + PING_EVERY

    def take(self, limit: int = LIMIT) -> list[PathEvent]:
        """What has come, without waiting."""
        for descriptor, _ in self._epoll.poll(0):
            for worker in list(self._workers.values()):
                if worker.line.fileno() == descriptor:
                    self._read(worker, limit)
        for queue in self._queues:
            self._told.extend(map(PacketHeard, queue.take(limit)))
        if self._gre is not None:
            self._told.extend(map(GreHeard, self._gre.take(limit)))
        return self._drain()

    def count(self) -> list[PathEvent]:
        """Every counter as it is now: an owner asks, and waits a little for it."""
        for worker in list(self._workers.values()):
            worker.counts = True
            self._say(worker, COUNT)
        self._wait_for(lambda: any(each.counts for each in self._workers.values()), COUNTED_WITHIN)
        return self._drain()

    def deadline(self) -> float | None:
        return 0.0 if self._told else self._ping_at

    def handle_timeout(self, now: float) -> list[PathEvent]:
        """Ask whether they live, while anything is carried; who does not answer is killed."""
        if self._ping_at is not None and self._ping_at <= now:
            late = [each for each in self._workers.values() if each.asked]
            for worker in late:
                self._lose(worker)
            if self._whose or self._places:
                self._ask_all()
                self._ping_at = now + PING_EVERY
            else:
                self._ping_at = None
        return self._drain()

    # one worker

    def _begin(self, number: int) -> None:
        ours, theirs = line_pair()
        try:
            process = self._start(number, theirs)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        worker = _Worker(number, Line(ours), process, self._clock())
        self._workers[number] = worker
        self._epoll.register(worker.line.fileno(), worker.line.events())

    def _wait_for(self, waits: Callable[[], bool], seconds: float) -> None:
        """Hear workers alone, for as long as there is something to wait for."""
        now = self._clock()
        end = now + seconds
        while now < end and waits():
            self._epoll.poll(end - now)
            for worker in list(self._workers.values()):
                self._read(worker, LIMIT)
            now = self._clock()

    def _read(self, worker: _Worker, limit: int) -> None:
        try:
            for message in worker.line.take(limit):
                self._hear(worker, message)
            worker.line.flush()
            self._epoll.modify(worker.line.fileno(), worker.line.events())
        except (Lost, WireError):
            self._lose(worker)

    def _hear(self, worker: _Worker, message: bytes) -> None:
        if message == PING:
            worker.asked = False
            self._free_places()
        elif message == COUNT:
            worker.counts = False
        else:
            self._told.append(parse_event(message))

    def _ask_all(self) -> None:
        """Whoever answers has done all that it was asked before: it counts no more in words that
        were given back until now."""
        self._places += self._shelf.take_resting()
        for worker in list(self._workers.values()):
            worker.asked = True
            self._say(worker, PING)

    def _free_places(self) -> None:
        if not any(worker.asked for worker in self._workers.values()):
            self._shelf.free(self._places)
            self._places = []

    def _say(self, worker: _Worker, message: bytes) -> None:
        try:
            worker.line.send(message)
        except Lost:
            self._lose(worker)
            return
        if worker.line.full:
            self._epoll.modify(worker.line.fileno(), worker.line.events())

    def _lose(self, worker: _Worker) -> None:
        """It is dead by the end of this, and another is there."""
        if self._workers.get(worker.number) is not worker:
            return
        self._epoll.unregister(worker.line.fileno())
        worker.process.kill()
        worker.line.close()
        del self._workers[worker.number]
        self._free_places()
        self.deaths += 1
        lived = self._clock() - worker.since
        self._early = self._early + 1 if lived < CALM else 0
        if self._early >= MOST_DEATHS:
            self._give_up(f"{MOST_DEATHS} workers have died within {CALM:.0f} s")
            return
        try:
            self._begin(worker.number)
        except OSError as error:
            self._give_up(f"a worker has died, and no other can be begun ({error})")
            return
        self._told.append(WorkerLost(worker.number))

    def _give_up(self, reason: str) -> None:
        """The daemon carries alone: what would go to workers comes here."""
        self.stop()
        self._whose.clear()
        try:
            self._read_theirs()
        except OSError as error:
            reason += f"; what comes for them is lost ({error})"
        self._told.append(WorkersLost(reason))

    def _read_theirs(self) -> None:
        """`OSError` if a queue, or GRE, cannot be had."""
        theirs = range(1, self.count_of + 1)
        for number in theirs:
            queue = Queue()
            queue.bind(ESP_QUEUES[number])
            self._queues.append(queue)
            self._epoll.register(queue.fileno(), select.EPOLLIN)
        self._gre = GreReceiver(self._address)
        self._gre.take_only(theirs)
        self._epoll.register(self._gre.fileno(), select.EPOLLIN)

    def _number_of(self, request: PathRequest) -> int:
        """Whose it is; a leg and a call are one worker's for as long as they are."""
        match request:
            case SetLeg(number, None):
                return self._whose.pop(("leg", number), 0)
            case SetLeg(number, path) if path is not None:
                spi = path.inbound[0].spi if path.inbound else 0
                return self._whose.setdefault(("leg", number), worker_of(spi, self.count_of))
            case SetCall(number, None):
                return self._whose.pop(("call", number), 0)
            case SetCall(number, CallPath(inside=PptpEnd(call=call))):
                owner = worker_of(call, self.count_of)
                return self._whose.setdefault(("call", number), owner)
            case SendL2tp(number) | LookAt(number):
                return self._whose.get(("leg", number), 0)
            case SendFrame(number):
                return self._whose.get(("call", number), 0)
            case Again(spi):
                return worker_of(spi, self.count_of)
        return 0

    def _drain(self) -> list[PathEvent]:
        found = list(self._told)
        self._told.clear()
        return found
