"""Plain text in columns that fits a page, Notepad and an 80-column screen."""

import textwrap
from typing import Final

WIDTH: Final = 76  # letters
COLUMN: Final = 20  # where the second column of facts begins


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """The text in lines; `first` stands before it, `rest` before every other line."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


def numbered(steps: list[str]) -> list[str]:
    found = (wrapped(step, f"{number:>3}. ", "     ") for number, step in enumerate(steps, start=1))
    return [line for lines in found for line in lines]


def fact(name: str, value: str) -> list[str]:
    return wrapped(value, f"  {name:<{COLUMN - 2}}", " " * COLUMN)


def between(left: str, right: str) -> str:
    """Both on one line, the second at its end."""
    return f"{left}{right:>{WIDTH - len(left)}}"
