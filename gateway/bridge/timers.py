"""Whose turn is next: the deadlines of many cores in one heap.

A core says its deadline by `deadline()`; after it was touched, `note` is called. An entry is never
searched for: a deadline that moved back is found out when its old entry comes up. So a packet costs
the same with one session and with a thousand.
"""

from heapq import heapify, heappop, heappush
from typing import Final, Protocol

SLACK: Final = 64  # entries out of date that are not worth sweeping out


class Timed(Protocol):
    """Something with a deadline; `scheduled` is for `Timers` alone."""

    scheduled: float | None

    def deadline(self) -> float | None: ...


class Timers:
    """A heap of (deadline, order of noting, who)."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timed]] = []
        self._count = 0
        self._stale = 0  # entries that an earlier one has taken the place of, roughly

    def note(self, who: Timed) -> None:
        """Look at `who.deadline()` again, since something was done with it."""
        self.note_due(who, who.deadline())

    def note_due(self, who: Timed, due: float | None) -> None:
        """Road: only `due` can have changed of all that makes up the deadline of `who`."""
        if due is None or (who.scheduled is not None and who.scheduled <= due):
            return
        if who.scheduled is not None:
            self._stale += 1
            if self._stale > SLACK and 2 * self._stale > len(self._heap):
                self._sweep()
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
                self._stale -= 1
                continue  # an earlier entry of the same one took its place
            who.scheduled = None
            due = who.deadline()
            if due is not None and due <= now:
                found.append(who)
            else:
                self.note(who)
        return found

    def _sweep(self) -> None:
        """A session with traffic has ten deadlines a second, and one a minute behind each."""
        live: dict[int, tuple[float, int, Timed]] = {}
        for entry in self._heap:
            due, _, who = entry
            if who.scheduled == due:
                live[id(who)] = entry
        self._heap = list(live.values())
        heapify(self._heap)
        self._stale = 0
