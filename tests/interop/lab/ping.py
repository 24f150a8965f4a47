"""A few pings by fping, which waits for the last answer; a stream of them by ping (iputils).

ping waits for the last answer two round trips, of the longest it saw, or one interval: after five
pings that may be 50 ms, and what was late on a busy machine counts as lost. fping sends at its
times whatever happens: a stream of it, on a machine that is behind, is a flood.
"""

import re
from dataclasses import dataclass

from tests.interop.lab.world import Node

COUNTS = re.compile(
    r"^(?:.*xmt/rcv/%loss = )?(\d+)(?:/| packets transmitted, )(\d+)(?:/| received)", re.MULTILINE
)
MEAN = re.compile(r"min/avg/max\S* = [\d.]+/([\d.]+)/")
PATIENCE = 10  # seconds for each answer; what is answered at once costs no wait


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
        _words(address, count, interval, size), timeout=count * max(interval, PATIENCE) + 60
    )
    return _read(text, count)


class Pinging:
    """A ping that goes on while the scenario does something else."""

    def __init__(self, node: Node, address: str, count: int, interval: float = 0.05) -> None:
        self._node = node
        self._log = f"ping-{address}-{len(list((node.folder / 'run/log').glob('ping-*')))}"
        words = f"ping -n -q -c {count} -i {interval} -W {PATIENCE} {address}"
        self._seconds = count * interval
        self._running = node.spawn(words.split(), self._log)

    def is_over(self) -> bool:
        return self._running.poll() is not None

    def stop(self) -> None:
        """Nobody waits for the rest."""
        self._running.kill()
        self._running.wait(timeout=60)

    def finish(self) -> Ping:
        """Wait for the last answer."""
        self._running.wait(timeout=3 * self._seconds + 60)
        return _read(self._node.log(self._log), 0)


def _words(address: str, count: int, interval: float, size: int) -> str:
    pace = f"-p {round(1000 * interval)} -i 1 -t {1000 * PATIENCE}"
    return f"fping -q -c {count} {pace} -b {size} {address}"


def _read(text: str, sent: int) -> Ping:
    """What either of them says at the end."""
    counts = COUNTS.search(text)
    if counts is None:
        return Ping(sent, 0, None)
    times = MEAN.search(text)
    return Ping(int(counts[1]), int(counts[2]), float(times[1]) if times else None)
