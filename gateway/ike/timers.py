"""When somebody must be looked after next."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
SLACK = 64  # entries out of date that are not worth sweeping out


@dataclass(slots=True)
class Timers(Generic[Key]):
    """One time for each key. What `deadline` tells may be early, never late."""

    _times: dict[Key, float] = field(default_factory=dict)
    _heap: list[tuple[float, int, Key]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def set(self, key: Key, when: float | None) -> None:
        """None takes the key away."""
        if when is None:
            self._times.pop(key, None)
        elif self._times.get(key) != when:
            self._times[key] = when
            heappush(self._heap, (when, next(self._order), key))
        if len(self._heap) > 2 * len(self._times) + SLACK:
            self._heap = [(when, next(self._order), key) for key, when in self._times.items()]
            heapify(self._heap)

    def due(self, now: float) -> Iterator[Key]:
        """The keys whose time has come, in order; each is taken away as it is told.

        What is done for one key may take away the next, which then is not due any more.
        """
        while self._heap and self._heap[0][0] <= now:
            when, _, key = heappop(self._heap)
            if self._times.get(key) == when:
                del self._times[key]
                yield key

    def deadline(self) -> float | None:
        while self._heap and self._times.get(self._heap[0][2]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def __len__(self) -> int:
        return len(self._times)

    @property
    def entries(self) -> int:
        """How much is kept, with what is out of date."""
        return len(self._heap)
