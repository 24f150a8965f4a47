"""What all tunnels of one LNS share: who it is, which ids are taken, and the road."""

from collections.abc import Callable, Container
from dataclasses import dataclass, field

from gateway.l2tp.data import Road


@dataclass(slots=True)
class Exchange:
    """`window` is what we announce, `hello` the seconds of silence before we ask."""

    host_name: str
    random: Callable[[int], bytes]
    secret: bytes | None = field(repr=False)
    window: int
    hello: float
    calls: dict[int, int] = field(default_factory=dict)  # our call id -> our tunnel id
    roads: dict[int, Road] = field(default_factory=dict)  # by our call id: those that are open
    counters: dict[str, int] = field(default_factory=dict)

    def new_id(self, taken: Container[int]) -> int:
        """A random id, never zero: who has not heard it cannot guess it at once."""
        while True:
            drawn = int.from_bytes(self.random(2), "big")
            if drawn and drawn not in taken:
                return drawn

    def count(self, reason: str) -> None:
        self.counters[reason] = self.counters.get(reason, 0) + 1
