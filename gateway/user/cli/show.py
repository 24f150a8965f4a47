"""Printing: tables that fit the terminal, durations and sizes, JSON.

Names, vendors and identities come from whoever dials. Everything printed here passes `printable`,
so that none of them can steer the terminal.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.control.problems import printable

GAP: Final = "  "
CUT: Final = ".."  # ASCII, for terminals of any alphabet


@dataclass(frozen=True, slots=True)
class Column:
    """A column is as wide as its longest cell; it may be cut down to `least` where it must, one
    that is `dear` after all others."""

    title: str
    least: int | None = None
    right: bool = False
    dear: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The lines of a table, its head first, within `width` letters if that can be had."""
    cells = [[column.title for column in columns], *([printable(c) for c in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    if width is not None:
        _shrink(columns, widths, width)
    return [_line(columns, widths, row) for row in cells]


def _shrink(columns: Sequence[Column], widths: list[int], width: int) -> None:
    """Take from the columns that may be cut, the last one first and dear ones last, until all
    fit."""
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    for i in sorted(range(len(columns)), key=lambda i: (columns[i].dear, -i)):
        least = columns[i].least
        if over > 0 and least is not None:
            taken = min(over, max(0, widths[i] - least))
            widths[i] -= taken
            over -= taken


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    fitted = [
        cut(cell, wide).rjust(wide) if column.right else cut(cell, wide).ljust(wide)
        for column, wide, cell in zip(columns, widths, row, strict=True)
    ]
    return GAP.join(fitted).rstrip()


def cut(text: str, width: int) -> str:
    """The text in at most `width` letters."""
    return text if len(text) <= width else text[: max(0, width - len(CUT))] + CUT[:width]


def pairs(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Lines of a word and what is to be said of it; those with nothing to say are left out."""
    wide = max((len(word) for word, _ in rows), default=0)
    return [f"  {word.ljust(wide)}  {printable(text)}" for word, text in rows if text]


def duration(seconds: float) -> str:
    """At most six letters: `12s`, `7m`, `2h05`, `3d04h`."""
    whole = max(0, int(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if whole < 60:
        return f"{whole}s"
    if minutes < 60:
        return f"{minutes}m"
    return f"{hours}h{minutes % 60:02}" if hours < 24 else f"{days}d{hours % 24:02}h"


def size(count: int) -> str:
    """Bytes as a person reads them: `812 B`, `1.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 client`, `2 clients`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def print_json(value: object) -> None:
    """On standard output, in letters any terminal has. Days are text there."""
    print(json.dumps(value, indent=2, default=str))
