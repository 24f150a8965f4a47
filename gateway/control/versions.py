"""Which of two versions of Postern is the older one, as far as their numbers say."""

import re
from typing import Final

_NUMBERS: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,7}")


def is_older(version: str, than: str) -> bool:
    """By the numbers in front alone: 0.10 is newer than 0.9.1, and 1.0 is 1.0.0.

    What stands behind them says nothing, and neither does a version without numbers.
    """
    one, other = _numbers(version), _numbers(than)
    longest = max(len(one), len(other))
    return bool(one and other) and _filled(one, longest) < _filled(other, longest)


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.match(version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _filled(numbers: tuple[int, ...], size: int) -> tuple[int, ...]:
    return numbers + (0,) * (size - len(numbers))
