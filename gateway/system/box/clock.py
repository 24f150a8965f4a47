"""The clock of a box that may have none: never before the image's date, nor before its own past.

A battery that is empty says 2000 or 1970. The floor is the latest of: the day this system was
built, and the last moment that is on the data partition. IKE with keys does not need the time;
the journal, certificates of updates and people do.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.system.box.disk import read_record, write_record
from gateway.system.box.places import Places
from gateway.system.run import Run, ToolFailed, run

RECORD: Final = "clock.json"
EVERY: Final = 3600.0  # seconds between two notes of the time
BUILT: Final = ("usr/lib/clock-epoch", "usr/lib/os-release")  # their dates are the image's


def wall() -> float:
    """Seconds since 1970, which can be wrong: for people, never for deadlines."""
    return time.time()


def set_wall(seconds: float) -> None:
    time.clock_settime(time.CLOCK_REALTIME, seconds)


def floor(places: Places) -> float:
    """The moment that has certainly passed."""
    dates = [path.stat().st_mtime for path in _built(places.root) if path.exists()]
    noted = read_record(places.state / RECORD).get("wall")
    return max([*dates, float(noted) if isinstance(noted, (int, float)) else 0.0, 0.0])


def mend(
    places: Places,
    now: Callable[[], float] = wall,
    put: Callable[[float], None] = set_wall,
) -> bool:
    """Set the clock to the floor if it is before it; whether that was needed."""
    least = floor(places)
    if now() >= least:
        return False
    put(least)
    return True


def note(places: Places, moment: float) -> None:
    """Keep the time, so that the next boot is not before it."""
    write_record(places.state / RECORD, {"wall": round(moment)})


def synchronized(tool: Run = run) -> bool:
    """Whether a time server has been heard (timedatectl(1))."""
    try:
        said = tool(["timedatectl", "show", "--property=NTPSynchronized", "--value"], "").stdout
    except ToolFailed:
        return False
    return said.strip() == "yes"


def _built(root: Path) -> list[Path]:
    return [root / name for name in BUILT]
