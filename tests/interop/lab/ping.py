"""fping: an answer counts that comes within `PATIENCE`, the last one's too.

ping (iputils) waits for the last answer only two round trips or one interval, 50 ms here: on a
busy machine it loses what was never lost.
"""

import re
from dataclasses import dataclass

from tests.interop.lab.world import Node

PATIENCE = 3  # seconds for each answer; what is answered at once costs no wait


@dataclass(frozen=True, slots=True)
class Ping:
    sent: int
    received: int
    mean_ms: float | None  # None when nothing came back

    @property
    def loss_percent(self) -> float:
        return round(100 * (self.sent - self.received) / self.sent, 1)


def ping(node: Node, address: str, count: int = 5, interval: float = 0.05, size: int = 56) -> Ping:
    """`interval` is seconds, `size` bytes of data."""
    _, text = node.ask(
        _words(address, count, interval, size), timeout=count * max(interval, 1) + 20
    )
    return _read(text, count)


class Pinging:
    """A ping that goes on while the scenario does something else."""

    def __init__(self, node: Node, address: str, count: int, interval: float = 0.05) -> None:
        self._node = node
        self._log = f"ping-{address}-{len(list((node.folder / 'run/log').glob('ping-*')))}"
        self._seconds = count * interval
        self._running = node.spawn(_words(address, count, interval).split(), self._log)

    def is_over(self) -> bool:
        return self._running.poll() is not None

    def stop(self) -> None:
        """Nobody waits for the rest."""
        self._running.kill()
        self._running.wait(timeout=5)

    def finish(self) -> Ping:
        """Wait for the last answer."""
        self._running.wait(timeout=3 * self._seconds + 20)
        return _read(self._node.log(self._log), 0)


def _words(address: str, count: int, interval: float, size: int = 56) -> str:
    pace = f"-p {round(1000 * interval)} -i 1 -t {1000 * PATIENCE}"
    return f"fping -q -c {count} {pace} -b {size} {address}"


def _read(text: str, sent: int) -> Ping:
    counts = re.search(r"xmt/rcv/%loss = (\d+)/(\d+)/", text)
    if counts is None:
        return Ping(sent, 0, None)
    times = re.search(r"min/avg/max = [\d.]+/([\d.]+)/", text)
    return Ping(int(counts[1]), int(counts[2]), float(times[1]) if times else None)
