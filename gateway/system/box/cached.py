"""What a program says, asked for again by and by and never waited for.

Every console looks at the status twice a second, and some answers cost a box a second to find.
"""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """`read` must come to an end and raise nothing; `empty` holds until it has once."""

    def __init__(
        self,
        read: Callable[[], Value],
        empty: Value,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._read = read
        self._value = empty
        self._seconds = seconds
        self._clock = clock
        self._due = clock()
        self._thread: Thread | None = None

    def value(self) -> Value:
        """The last answer; a new one is on its way if that is old."""
        if self._clock() >= self._due and not (self._thread and self._thread.is_alive()):
            self._due = self._clock() + self._seconds
            self._thread = Thread(target=self._renew, daemon=True)
            self._thread.start()
        return self._value

    def forget(self) -> None:
        """It has changed: the next to ask sets it going."""
        self._due = self._clock()

    def wait(self) -> Value:
        """As `value`, once the answer that is on its way is there."""
        self.value()
        if self._thread is not None:
            self._thread.join()
        return self._value

    def _renew(self) -> None:
        self._value = self._read()
