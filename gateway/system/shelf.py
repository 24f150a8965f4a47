"""Words in shared memory: numbers that the road counts in, which outlive this process.

The file has no name and no content but numbers; the first place is for `kept.py` itself.
"""

import mmap
import os
from collections.abc import Iterable
from typing import Final

from gateway.wire.words import Word

MOST: Final = 1 << 16  # words; a client with a session needs five, and two more for each pair
WORD: Final = 8  # bytes
FIRST: Final = 1  # place that is lent


class Shelf:
    """The words in one memory file, which is made as long as they need."""

    def __init__(self, descriptor: int, most: int = MOST) -> None:
        os.ftruncate(descriptor, most * WORD)
        self._memory = mmap.mmap(descriptor, most * WORD)
        self._cells = memoryview(self._memory).cast("Q")
        self._most = most
        self._held: set[int] = set()
        self._back: list[int] = []  # places that were given back
        self._next = FIRST
        self._resting: list[int] | None = None

    def rest(self) -> None:
        """From now on what is given back is not lent before `free` has it: somebody else may still
        count there."""
        self._resting = []

    def take_resting(self) -> list[int]:
        """Places that were given back since this was last asked."""
        found, self._resting = self._resting or [], []
        return found

    def free(self, places: Iterable[int]) -> None:
        """Nobody counts there any more."""
        for place in places:
            self._held.remove(place)
            if place < self._next:
                self._back.append(place)

    def take(self) -> int | None:
        """A place that is free, None if none is left. Its number is whatever it was."""
        if self._back:
            place = self._back.pop()
        else:
            while self._next in self._held:
                self._next += 1
            place = self._next
        if place >= self._most:
            return None
        self._held.add(place)
        return place

    def hold(self, place: int) -> bool:
        """Take this very place; whether there is such a place, and it is free."""
        if not FIRST <= place < self._most or place in self._held or place in self._back:
            return False
        self._held.add(place)
        return True

    def word(self, place: int) -> Word:
        return self._cells[place : place + 1]

    def give_back(self, place: int) -> None:
        if self._resting is None:
            self.free([place])
        else:
            self._resting.append(place)
