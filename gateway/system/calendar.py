"""What day it is where the owner is: for what has a last day, and never for a deadline.

A box without a battery begins at 1970, or at 2000. No day is before the one on which this program
was put on the machine; on the appliance the box agent has set the clock to the last moment it knows
of before the gateway starts (`box/clock.py`). A clock that is set later is noticed by itself.
"""

import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Final

from gateway.outputs import Output

EVERY: Final = 30.0  # seconds between two looks at the clock
# systemd's own floor, and this program: both have the date at which they were put there.
BUILT: Final = (Path("/usr/lib/clock-epoch"), Path(__file__))

Tell = Callable[[date, float], list[Output]]


def day_of(seconds: float) -> date:
    """The local day of a moment since 1970, in the time zone that the machine has now."""
    time.tzset()
    return date(*time.localtime(seconds)[:3])


def floor(built: Iterable[Path] = BUILT) -> date:
    """The day that has certainly come."""
    return day_of(max((path.stat().st_mtime for path in built if path.exists()), default=0.0))


class Calendar:
    """`tell` hears of each new day, and of one that comes back when the clock is put right."""

    def __init__(self, least: date, now: float, wall: Callable[[], float] = time.time) -> None:
        self.tell: Tell = lambda today, moment: []
        self._least, self._wall = least, wall
        self._told = self.today()
        self._due = now + EVERY

    def today(self) -> date:
        return max(day_of(self._wall()), self._least)

    def deadline(self) -> float:
        return self._due

    def handle_timeout(self, now: float) -> list[Output]:
        """Look at the clock."""
        self._due = now + EVERY
        today = self.today()
        if today == self._told:
            return []
        self._told = today
        return self.tell(today, now)
