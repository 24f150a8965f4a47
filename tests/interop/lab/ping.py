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
    """`interval` and the answers' wait (2 s after the last) are seconds, `size` bytes of data."""
    _, text = node.ask(
        f"ping -n -q -c {count} -i {interval} -s {size} -W 2 {address}",
        timeout=count * max(interval, 1) + 20,
    )
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", text)
    if counts is None:
        return Ping(count, 0, None)
    times = re.search(r"= [\d.]+/([\d.]+)/", text)
    return Ping(int(counts[1]), int(counts[2]), float(times[1]) if times else None)
