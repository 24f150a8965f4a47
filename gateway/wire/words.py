"""Numbers that are counted on the road and outlive the process.

The road writes such a number with one assignment, before the packet leaves that it counts. Where
nothing is kept the word is a plain list, which nobody reads again.
"""

from typing import Protocol


class Word(Protocol):
    """One unsigned number of 64 bits, at place 0."""

    def __getitem__(self, at: int, /) -> int: ...
    def __setitem__(self, at: int, value: int, /) -> None: ...


class Words(Protocol):
    """Where words are taken from. A word is known by its place, which a successor finds again."""

    def take(self) -> int | None:
        """A place that is free, None if none is left."""
        ...

    def hold(self, place: int) -> bool:
        """Take this very place, as a successor does; whether there is such a place, and free."""
        ...

    def word(self, place: int) -> Word: ...

    def give_back(self, place: int) -> None: ...
