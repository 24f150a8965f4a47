"""On which line a key stands: `tomllib` does not tell.

A reading of headings and keys only, good enough to point a person at a line. Where the file is
written in a way this does not follow (inline tables, dotted keys), there is no line.
"""

import re

_HEADING = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_FENCES = ('"""', "'''")

Place = tuple[str, int, str]  # table, its number counted from 0, key or "" for the heading


def find_lines(text: str) -> dict[Place, int]:
    """The line, counted from 1, of every heading and key of a configuration."""
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table, fence = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        inside = bool(fence)
        fence = _fence_after(line, fence)
        if inside:
            continue
        if heading := _HEADING.match(line):
            table = heading[2]
            counts[table] = counts.get(table, -1) + 1
            found.setdefault((table, counts[table], ""), number)
        elif key := _KEY.match(line):
            found.setdefault((table, counts.get(table, 0), key[1]), number)
    return found


def _fence_after(line: str, fence: str) -> str:
    """The sign of the text over several lines that is still open behind this line, if any."""
    for sign in _FENCES:
        if fence in ("", sign) and line.count(sign) % 2:
            return "" if fence else sign
    return fence
