"""Pieces of Markdown, for the pages that are made."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; a bar in a cell would end it."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(_cell(one) for one in line) + " |" for line in lines]


def code(text: str) -> str:
    """As it is typed; without bars, which no table takes."""
    return f"`{text}`"


def block(lines: Iterable[str], language: str = "text") -> list[str]:
    return [f"```{language}", *lines, "```"]


def made_of(what: str) -> list[str]:
    """What every made page says of itself, for whoever wants to change it."""
    return [f"<!-- Made by `python -m docs` {what}; not by hand. -->", ""]


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
