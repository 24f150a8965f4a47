"""No link of the manual or of any README leads nowhere."""

from pathlib import Path

import pytest

from tests.unit.docs.links import Link, anchors_in, is_dead, links_in, slug

ROOT = Path(__file__).parents[3]
ROOMS = ("ansible", "docs", "gateway", "hw-profiles", "image", "monitoring", "tests")
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(page for room in ROOMS for page in sorted((ROOT / room).rglob("*.md"))),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    assert [link.target for link in links_in(page) if is_dead(link)] == []


def test_every_page_of_the_manual_is_led_to() -> None:
    docs = ROOT / "docs"
    ways = (*links_in(docs / "index.md"), *links_in(docs / "fleets.md"))
    led_to = {link.target.partition("#")[0] for link in ways} | {"index.md"}
    left = {page.name for page in docs.glob("*.md")} - led_to
    assert left == set(), "add a line with a link to docs/index.md, or to docs/fleets.md"


def test_readme_leads_to_the_manual() -> None:
    assert Link(ROOT / "README.md", "docs/index.md") in set(links_in(ROOT / "README.md"))


def test_dead_ones_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# There\n")
    page.write_text(
        "# A `[table]`, twice\n# A `[table]`, twice\n[a](other.md#there) [b](other.md#gone) "
        "[c](gone.md) [d](#a-table-twice-1) [e](#a-table-twice-2) [f](https://example.org/x) "
        "`[g](gone.md)`\n```\n[h](gone.md)\n# no heading\n```\n<!-- [i](gone.md) -->\n"
    )
    dead = [link.target for link in links_in(page) if is_dead(link)]
    assert dead == ["other.md#gone", "gone.md", "#a-table-twice-2"]
    assert anchors_in(page) == {"a-table-twice", "a-table-twice-1"}


def test_a_heading_with_a_link_is_called_by_its_words() -> None:
    assert slug("What `[[route]]` and [this](that.md) mean: 3") == "what-route-and-this-mean-3"
