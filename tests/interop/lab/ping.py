"""ping (iputils)."""

import re
from dataclasses import dataclass

from tests.interop.lab.world import Node


@dataclass(frozen=True, slots=True)
class Ping:
    sent: int
    received: int
    mean_ms: float | None  # None when nothing came back

    @property
    def loss_percent(self) -> float:
        return round(100 * (self.sent - self.received) / self.sent, 1)


def ping(node: Node, address: str, count: int = 5, interval: float = 0.05, size: int = 56) -> Ping:
    """`interval` is seconds, `size` bytes of data.

    After the last one ping waits for `interval` or two round trips, whichever is longer, and takes
    what is later for lost; only where nothing came does it wait for the 2 s of -W.
    """
    _, text = node.ask(
        f"ping -n -q -c {count} -i {interval} -s {size} -W 2 {address}",
        timeout=count * max(interval, 1) + 20,
    )
    return _read(text, count)


class Pinging:
    """A ping that goes on while the scenario does something else.

    `listed`: each answer is written down, so that `missed` can be told.
    """

    def __init__(
        self, node: Node, address: str, count: int, interval: float = 0.05, listed: bool = False
    ) -> None:
        self._node = node
        self._log = f"ping-{address}-{len(list((node.folder / 'run/log').glob('ping-*')))}"
        words = f"ping -n {'' if listed else '-q '}-c {count} -i {interval} -W 2 {address}"
        self._seconds = count * interval
        self._running = node.spawn(words.split(), self._log)

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

    def missed(self) -> int:
        """Of a `listed` one that has ended: without an answer although a later one has had one.

        So nobody's patience counts: ping takes for lost what is on its way when it ends.
        """
        answered = set(map(int, re.findall(r"icmp_seq=(\d+)", self._node.log(self._log))))
        return max(answered, default=0) - len(answered)


def _read(text: str, sent: int) -> Ping:
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", text)
    if counts is None:
        return Ping(sent, 0, None)
    times = re.search(r"= [\d.]+/([\d.]+)/", text)
    return Ping(int(counts[1]), int(counts[2]), float(times[1]) if times else None)
