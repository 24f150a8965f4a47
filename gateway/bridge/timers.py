"""Whose turn is next: the deadlines of many cores in one heap.

A core says its deadline by `deadline()`; after it was touched, `note` is called. An entry is never
searched for: a deadline that moved back is found out when its old entry comes up. So a packet costs
the same with one session and with a thousand.
"""

from heapq import heappop, heappush
from typing import Protocol


class Timed(Protocol):
    """Something with a deadline; `scheduled` is for `Timers` alone."""

    scheduled: float | None

    def deadline(self) -> float | None: ...


class Timers:
    """A heap of (deadline, order of noting, who)."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timed]] = []
        self._count = 0

    def note(self, who: Timed) -> None:
        """Look at `who.deadline()` again, since something was done with it."""
        self.note_due(who, who.deadline())

    def note_due(self, who: Timed, due: float | None) -> None:
        """Road: only `due` can have changed of all that makes up the deadline of `who`."""
        if due is None or (who.scheduled is not None and who.scheduled <= due):
            return
        self._count += 1
        who.scheduled = due
        heappush(self._heap, (due, self._count, who))

    def deadline(self) -> float | None:
        """The earliest moment at which somebody may be due; it can be too early, never late."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[Timed]:
        """Who is due at `now`; each must be noted again when it has been handled."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            entered, _, who = heappop(self._heap)
            if who.scheduled != entered:
                continue  # an earlier entry of the same one took its place
            who.scheduled = None
            due = who.deadline()
            if due is not None and due <= now:
                found.append(who)
            else:
                self.note(who)
        return found
