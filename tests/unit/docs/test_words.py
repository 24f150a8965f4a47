"""What the manual tells to type, to choose and to look at is there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.made.pages import PAGES as MADE
from gateway.user.cli.main import VERBS, parser
from gateway.user.console.pages.ports import ROLES

ROOT = Path(__file__).parents[3]
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in MADE)
CONSOLE = "\n".join(
    [path.read_text() for path in sorted((ROOT / "gateway/user/console").rglob("*.py"))]
    + [f"{role}: {meaning}" for role, meaning in ROLES.items()]
)
PARSER = parser()
FOLDERS = "ansible|docs|gateway|hw-profiles|image|monitoring|requirements|tests"
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def shown(page: Path) -> list[str]:
    """The lines of its blocks of code, without what is behind a #."""
    found = re.findall(r"^    (\S.*)$", page.read_text(), re.MULTILINE)
    return [line.partition(" #")[0].strip() for line in found]


def commands(page: Path) -> Iterator[list[str]]:
    """What follows `postern` on each line, in words."""
    for line in shown(page):
        for part in re.split(r"&&|\||;", line):
            words = shlex.split(re.sub(r"[<>]\s*\S+", "", part))
            verbs = [n for n, word in enumerate(words) if re.fullmatch(r"(\S+/)?postern", word)]
            yield from (words[number + 1 :] for number in verbs)


def test_commands_are_found() -> None:
    found = list(commands(ROOT / "docs/index.md"))
    assert ["explain", "press-3", "--error", "678"] in found
    assert ["kit", "press-3", "--file", "postern.toml", "--windows", "98"] in found


@each_page
def test_every_command_is_one(page: Path) -> None:
    for words in commands(page):
        PARSER.parse_args(words)


@each_page
def test_every_verb_in_a_sentence_is_one(page: Path) -> None:
    said = re.findall(r"`postern ([a-z][a-z-]*)", page.read_text())
    assert [verb for verb in said if verb not in VERBS] == []


@each_page
def test_every_target_of_make_is_one(page: Path) -> None:
    there = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    lines = " ; ".join([*shown(page), *re.findall(r"`(make [^`]+)`", page.read_text())])
    assert [name for name in re.findall(r"\bmake ([a-z-]+)", lines) if name not in there] == []


@each_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[\w./@-]+)`", page.read_text())
    gone = [name for name in named if "ID." not in name and not (ROOT / name).exists()]
    assert gone == []


def test_the_first_page_says_what_stands_on_the_screen() -> None:
    said = re.findall(r"\*\*(.+?)\*\*", (ROOT / "docs/index.md").read_text())
    assert len(said) > 20
    on_paper = {"bold"}
    assert [words for words in said if words not in CONSOLE and words not in on_paper] == []
