"""Links of Markdown files: where they lead, and what a page has to be led to."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1[^\n]*$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z]+:", re.IGNORECASE)  # another site's; nobody here asks the network


class Link(NamedTuple):
    page: Path
    target: str


def links_in(page: Path) -> Iterator[Link]:
    """Those that lead to a place in this repository."""
    text = _CODE.sub("`code`", _plain(page.read_text()))
    for found in _LINK.finditer(text):
        if not _ELSEWHERE.match(found[1]):
            yield Link(page, found[1])


def is_dead(link: Link) -> bool:
    name, _, anchor = link.target.partition("#")
    to = (link.page.parent / name).resolve() if name else link.page
    if not to.exists():
        return True
    return bool(anchor) and (to.suffix != ".md" or anchor not in anchors_in(to))


@cache
def anchors_in(page: Path) -> set[str]:
    """What every heading is called where Markdown is shown: small letters, dashes for blanks."""
    found: set[str] = set()
    for title in _HEADING.findall(_plain(page.read_text())):
        name, number = slug(title), 0
        while (one := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(one)
    return found


def slug(title: str) -> str:
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)  # of a link its words
    return re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    """Without what is shown as it is typed, and what is not shown."""
    return _COMMENT.sub("", _FENCE.sub("", text))
