"""The lab's own wall clock: it is this kernel's, and nobody outside sees it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

DAY = 86400.0  # seconds


def today() -> date:
    return date(*time.localtime()[:3])


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


@contextmanager
def days_later(days: int) -> Iterator[None]:
    """So many days later, and back again afterwards."""
    _go_on(days * DAY)
    try:
        yield
    finally:
        _go_on(-days * DAY)


def _go_on(seconds: float) -> None:
    time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)
