"""An inside server of hundreds of lines, where a packet costs the same as with one."""

from dataclasses import dataclass, field
from heapq import heappop, heappush

from gateway.wire.udp import Datagram
from tests.pair.peers.inside_server import InsideServer, Line

BUSY = 4  # Outgoing-Call-Reply, result code (RFC 2637, 2.8)
MOST_CALLS = 0xE000


@dataclass
class BusyServer(InsideServer):
    """`ports` is how many calls it takes at a time, None for any number; what is more it refuses,
    as a server does whose ports are all in use. `keeps` False: what came is not kept."""

    ports: int | None = None
    keeps: bool = True
    silent: bool = False  # its cable is out: what is said on TCP is not heard
    refused: int = 0
    _calls: int = 0
    _by_call: dict[int, Line] = field(default_factory=dict)
    _due: dict[int, float] = field(default_factory=dict)  # by key: what stands in the heap
    _heap: list[tuple[float, int, Line]] = field(default_factory=list)

    def accept(self, key: int) -> Line:
        self._calls = self._calls % MOST_CALLS + 1
        line = Line(key, self.pptp(self._calls))
        self.lines = [one for one in self.lines if one.open] + [line]
        if self.ports is not None and len(self.lines) > self.ports:
            self.refused += 1
            line.pptp.result = BUSY
        self._by_call = {one.pptp.call: one for one in self.lines}
        return line

    def hear(self, line: Line, data: bytes, now: float) -> list[bytes]:
        if self.silent:
            return []
        answers = super().hear(line, data, now)
        self._note(line)
        return answers

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        line = self._by_call.get(int.from_bytes(datagram.payload[6:8], "big"))
        if line is None or line.gre is None or line.ppp is None or not line.open:
            return []
        found = self.hear_gre(line, datagram, now)
        if not self.keeps:
            self.frames.clear()
        self._note(line)
        return found

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        while self._heap and self._heap[0][0] <= now:
            due, _, line = heappop(self._heap)
            if self._due.get(line.key) != due:
                continue
            del self._due[line.key]
            if line.open:
                found += self.handle_line(line, now)
                self._note(line)
        return found

    def deadline(self) -> float | None:
        while self._heap and self._due.get(self._heap[0][2].key) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _note(self, line: Line) -> None:
        ends = [end for end in (line.gre, line.ppp) if end is not None]
        times = [due for end in ends if (due := end.deadline()) is not None]
        due = min(times, default=None)
        if due is None:
            self._due.pop(line.key, None)
        elif self._due.get(line.key) != due:
            self._due[line.key] = due
            heappush(self._heap, (due, line.key, line))
