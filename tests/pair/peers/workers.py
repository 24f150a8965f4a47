"""Worker processes as `system/workers.py` runs them, without processes: cores of our own, each
behind messages that are written and read, and killed at any moment."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from gateway.bridge.classify import Kind, classify
from gateway.bridge.worker import Found, Worker
from gateway.esp.suites import SUITES
from gateway.outputs import SendIp
from gateway.paths import (
    Abilities,
    Again,
    CallPath,
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
from gateway.pptp.gre import call_id_of
from gateway.system.worker_messages import (
    build_event,
    build_request,
    parse_event,
    parse_request,
)
from gateway.wire.words import Word

COUNT: Final = 2
TARGET: Final = slice(16, 20)  # of an IPv4 header
ABILITIES: Final = Abilities(
    suites=frozenset((each.cipher.name, each.hash.name) for each in SUITES.values()),
    workers=COUNT,
)


class Workforce:
    """In the place of a kernel: see `peers/kernel.py`."""

    def __init__(
        self, near: bytes, word: Callable[[int], Word], random: Callable[[int], bytes]
    ) -> None:
        """`near` is our address outside."""
        self._near = near
        self.told: deque[PathEvent] = deque()
        self.carried = 0  # packets that workers have sent on their own
        self.refuses = ""
        self._word, self._random = word, random
        self._cores = {each: Worker(word, random) for each in range(1, COUNT + 1)}
        self._whose: dict[tuple[type, int], int] = {}

    def receive(self, packet: bytes, now: float) -> list[bytes] | None:
        """What goes out because of it, or None if it is for the daemon's own queue."""
        kind, start, end = classify(packet)
        if kind is Kind.GRE:
            core = self._cores.get(worker_of(max(0, call_id_of(packet, start, end)), COUNT))
            return None if core is None else self._sent(core.receive_gre(packet, now))
        if kind not in (Kind.ESP, Kind.ESP_IN_UDP) or packet[TARGET] != self._near:
            return None  # what native servers send has a queue of its own
        core = self._cores.get(worker_of(int.from_bytes(packet[start : start + 4], "big"), COUNT))
        return None if core is None else self._sent(core.receive_packet(packet, now))

    def carry_out(self, request: PathRequest, now: float) -> list[bytes]:
        core = self._cores.get(self._worker(request))
        if core is None:
            return []
        return self._sent(core.carry_out(parse_request(build_request(request)), now))

    def deadline(self) -> float | None:
        times = (core.deadline() for core in self._cores.values())
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[bytes]:
        found: list[bytes] = []
        for core in self._cores.values():
            due = core.deadline()
            if due is not None and due <= now:
                found += self._sent(core.handle_timeout(now))
        return found

    def count(self) -> None:
        """All that is counted by now."""
        for core in self._cores.values():
            self._sent(core.tell())

    def kill(self, worker: int) -> None:
        """It is gone at once, with all that it has not said, and another is there."""
        self._cores[worker] = Worker(self._word, self._random)
        self.told.append(WorkerLost(worker))

    def give_up(self, reason: str) -> None:
        """There are none any more, and everything comes to the daemon."""
        self._cores.clear()
        self.told.append(WorkersLost(reason))

    def _worker(self, request: PathRequest) -> int:
        """As the daemon's end finds it."""
        match request:
            case SetLeg(number, path) if path is not None and path.inbound:
                self._whose[SetLeg, number] = worker_of(path.inbound[0].spi, COUNT)
            case SetCall(number, CallPath(inside=PptpEnd(call=call))):
                self._whose[SetCall, number] = worker_of(call, COUNT)
            case Again(spi):
                return worker_of(spi, COUNT)
        kind = SetCall if isinstance(request, SetCall | SendFrame) else SetLeg
        number = request.leg if isinstance(request, SendL2tp) else request[0]
        return self._whose.get((kind, number), 0)

    def _sent(self, found: Sequence[Found]) -> list[bytes]:
        packets: list[bytes] = []
        for each in found:
            if isinstance(each, SendIp):
                packets.append(each.packet)
            else:
                self.told.append(parse_event(build_event(each)))
        self.carried += len(packets)
        return packets
