"""The loop of a worker's process: its queue, its GRE, and the line to the daemon.

Nothing is caught here: a worker that fails is dead, and the daemon begins another from what it has
counted. With nothing to do it sleeps until the next deadline, or for ever.
"""

import select
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from gateway.outputs import SendIp
from gateway.paths import GreHeard, PacketHeard, PathRequest
from gateway.system.worker_line import Line, Lost
from gateway.system.worker_messages import COUNT, PING, build_event, parse_request

LIMIT = 64  # packets of one source before the others have their turn


class Core(Protocol):
    """`bridge/worker.py`. What it returns is a packet to send, or an event."""

    def receive_packet(self, packet: bytes, now: float) -> Iterable[Any]: ...
    def receive_gre(self, packet: bytes, now: float) -> Iterable[Any]: ...
    def carry_out(self, request: PathRequest, now: float) -> Iterable[Any]: ...
    def tell(self) -> Iterable[Any]: ...
    def handle_timeout(self, now: float) -> Iterable[Any]: ...
    def deadline(self) -> float | None: ...


class Packets(Protocol):
    """`nfqueue.Queue`, `raw.GreReceiver`."""

    def fileno(self) -> int: ...
    def take(self, limit: int) -> list[bytes]: ...


class WorkerLoop:
    """`run` returns when the daemon is gone."""

    def __init__(
        self,
        core: Core,
        line: Line,
        queue: Packets,
        gre: Packets,
        send: Callable[[bytes], None],
        clock: Callable[[], float],
    ) -> None:
        self.unsaid = 0  # packets for the daemon that it was too busy to take
        self._core, self._line, self._queue, self._gre = core, line, queue, gre
        self._send, self._clock = send, clock
        self._epoll = select.epoll()
        self._looks_for = line.events()
        for source in (line, queue, gre):
            self._epoll.register(source.fileno(), select.EPOLLIN)

    def run(self) -> None:
        try:
            while True:
                self.step()
        except Lost:
            return

    def step(self) -> None:
        """Wait once, and do what has become due by then."""
        core, clock = self._core, self._clock
        due = core.deadline()
        patience = -1.0 if due is None else max(0.0, due - clock())
        ready = {descriptor for descriptor, _ in self._epoll.poll(patience)}
        if self._line.fileno() in ready:
            self._line.flush()
            for message in self._line.take(LIMIT):
                self._obey(message)
        if self._gre.fileno() in ready:
            for packet in self._gre.take(LIMIT):
                self._out(core.receive_gre(packet, clock()))
        if self._queue.fileno() in ready:
            for packet in self._queue.take(LIMIT):
                self._out(core.receive_packet(packet, clock()))
        now = clock()
        due = core.deadline()
        if due is not None and due <= now:
            self._out(core.handle_timeout(now))
        if self._line.events() != self._looks_for:
            self._looks_for = self._line.events()
            self._epoll.modify(self._line.fileno(), self._looks_for)

    def _obey(self, message: bytes) -> None:
        if message == COUNT:
            self._out(self._core.tell())
        if message in (COUNT, PING):
            self._line.send(message)
        else:
            self._out(self._core.carry_out(parse_request(message), self._clock()))

    def _out(self, found: Iterable[Any]) -> None:
        """Packets leave; of what strangers may send, the daemon is told what it can take."""
        for each in found:
            if type(each) is SendIp:
                self._send(each.packet)
            elif self._line.full and isinstance(each, PacketHeard | GreHeard):
                self.unsaid += 1
            else:
                self._line.send(build_event(each))
