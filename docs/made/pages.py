"""Which pages are made, and of what."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docs.made import commands, options, sentences

DOCS: Final = Path(__file__).parents[1]
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "options.md": options.text,
    "explain.md": sentences.text,
    "commands.md": commands.text,
}


def write() -> list[str]:
    """Bring every made page up to date; the names of those that were not."""
    old = [name for name, make in PAGES.items() if not _is_so(DOCS / name, make())]
    for name in old:
        (DOCS / name).write_text(PAGES[name]())
    return old


def _is_so(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text
