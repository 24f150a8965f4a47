"""What the manual tells to choose in the menu leads where it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.made.options import PLACES
from gateway.control.schema import SCHEMA
from tests.unit.user.console.agents import FakeBox, FakeDaemon, ends_of
from tests.unit.user.console.crawl import WHOLE, Reached, crawl

PAGES = sorted((Path(__file__).parents[3] / "docs").glob("*.md"))
Way = tuple[str, ...]


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    folder = tmp_path_factory.mktemp("ends")
    with ends_of(folder, FakeBox(text=WHOLE), FakeDaemon()) as ends:
        yield crawl(ends)


def told() -> list[Way]:
    """All that is told to be chosen one after the other, on any page."""
    text = "\n".join(page.read_text() for page in PAGES)
    found = re.findall(r"In the menu: (\*\*[^*]+\*\*(?:,\s\*\*[^*]+\*\*)*)", text)
    return [tuple(re.findall(r"\*\*([^*]+)\*\*", one)) for one in found]


def test_every_table_has_its_place() -> None:
    assert set(PLACES) == {table.name for table in SCHEMA}
    assert set(PLACES.values()) <= set(told())
    assert len(told()) > len(PLACES) + 4


def test_all_that_is_told_to_be_chosen_can_be(reached: Reached) -> None:
    ways = {way[:length] for way, _ in (*reached.pages, *reached.forms) for length in range(9)}
    assert set(told()) <= ways


def test_at_its_place_a_table_is_asked_for(reached: Reached) -> None:
    """Ports have no form: a port's page says what each may be for."""
    docs = {table.doc: table.name for table in SCHEMA}
    there = {
        (docs[line], way[: len(PLACES[docs[line]])])
        for way, form in reached.forms
        for line in form.text
        if line in docs
    }
    assert {item for item in PLACES.items() if item[0] != "port"} <= there
    assert any(way[:1] == PLACES["port"] and len(way) == 2 for way, _ in reached.pages)
