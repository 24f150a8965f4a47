"""How much ESP of clients came and went, that of keys which are gone included."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.esp.sa import Half

DIRECTIONS = {"inbound": "in", "outbound": "out"}  # in is from the clients


@dataclass(slots=True)
class Traffic:
    """By direction; `drops` by reason, both directions together. Payload is in bytes."""

    packets: Counter[str] = field(default_factory=Counter)
    payload: Counter[str] = field(default_factory=Counter)
    drops: Counter[str] = field(default_factory=Counter)

    def keep(self, halves: Iterable[Half]) -> None:
        """What these have counted up to now; to be told once of each, at its end."""
        for half in halves:
            counted, direction = half.counters(), DIRECTIONS[half.direction]
            self.packets[direction] += counted.packets
            self.payload[direction] += counted.payload_bytes
            self.drops.update({name.lower(): n for name, n in counted.drops.items()})

    def with_living(self, halves: Iterable[Half]) -> "Traffic":
        """The same and what these have counted, who go on."""
        found = Traffic(Counter(self.packets), Counter(self.payload), Counter(self.drops))
        found.keep(halves)
        return found
