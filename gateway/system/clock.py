"""The only clock: seconds that never go back and mean nothing but their differences."""

from time import monotonic


def now() -> float:
    """Seconds since some moment in the past; not counted while the machine is suspended."""
    return monotonic()
