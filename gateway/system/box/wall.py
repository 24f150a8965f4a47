"""What everybody who is logged in must hear: written on their terminals, as wall(1) does.

The full screen has such messages switched off for its terminal (`mesg n`), since it shows the
countdown itself; a shell and the plain menu get them. Bounded: nobody can be flooded.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.control.problems import printable
from gateway.system.box.places import Places

MOST, WITHIN = 8, 60.0  # messages in so many seconds; the journal has the others too
MARKS: Final = (600, 300, 120, 60, 30, 10)  # seconds that are left when it is said again
CLOSE: Final = 0.01  # seconds; differences of floats are not exact
LONGEST: Final = 300  # letters
ALWAYS: Final = ("tty1", "ttyS0")  # where a menu is, whatever the kernel calls active


class Wall:
    """Calling it writes a message. Whoever does not read is not waited for."""

    def __init__(self, places: Places, clock: Callable[[], float]) -> None:
        self._root = places.root
        self._clock = clock
        self._said: deque[float] = deque(maxlen=MOST)

    def __call__(self, text: str) -> None:
        now = self._clock()
        if len(self._said) == MOST and now - self._said[0] < WITHIN:
            return
        self._said.append(now)
        line = f"\r\n\a*** Postern: {printable(text)[:LONGEST]}\r\n"
        for terminal in self._terminals():
            _write(terminal, line.encode("ascii", "backslashreplace"))

    def _terminals(self) -> Iterator[Path]:
        """Those of SSH, and the consoles."""
        device = self._root / "dev"
        yield from sorted((device / "pts").glob("[0-9]*"))
        active = self._root / "sys/class/tty/console/active"
        names = active.read_text().split() if active.exists() else []
        for name in sorted({*ALWAYS, *names} - {"tty0"}):
            yield device / name


class Countdown:
    """Says again and again that a change goes back. `left`: how many seconds, if one waits."""

    def __init__(
        self,
        left: Callable[[float], float | None],
        say: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._left = left
        self._say = say
        self._clock = clock
        self._mark = 0.0  # the last one that was said, or where the counting began

    def deadline(self) -> float | None:
        now = self._clock()
        left = self._left(now)
        if left is None:
            self._mark = 0.0
            return None
        mark = self._next(left)
        return None if mark is None else now + max(0.0, left - mark)

    def handle_timeout(self, now: float) -> None:
        left = self._left(now)
        mark = None if left is None else self._next(left)
        if left is None or mark is None or left > mark + CLOSE:
            return
        self._mark = min(float(one) for one in MARKS if one >= left - CLOSE)
        self._say(
            f"a change goes back in {left:.0f} s unless it is confirmed over a new connection: "
            "postern config confirm"
        )

    def _next(self, left: float) -> float | None:
        """The mark that comes next: below where it began, and anew when the time is extended."""
        if left > self._mark:
            self._mark = left
        return next((float(mark) for mark in MARKS if mark < self._mark), None)


def _write(terminal: Path, data: bytes) -> None:
    try:
        if not terminal.stat().st_mode & stat.S_IWGRP:
            return  # mesg(1)
        opened = os.open(terminal, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return  # logged out meanwhile
    try:
        os.write(opened, data)
    except OSError:
        pass  # nobody reads there
    finally:
        os.close(opened)
