"""What an owner sets can be set from the menu, and stands there whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.schema import SCHEMA
from gateway.user.console.ends import Ends
from gateway.user.console.model import Open
from tests.unit.user.console.agents import FakeBox, FakeDaemon, ends_of
from tests.unit.user.console.crawl import WHOLE, Reached, crawl
from tests.unit.user.console.test_screen import press, rows, screen_of

# What no form asks for, and why.
NOT_ASKED = {
    ("client", "psk_old"): "'Make a new key for it' keeps the old one",
    ("client", "psk_old_file"): "the same, where the key is in a file",
    (
        "client",
        "psk_old_until",
    ): "'Make a new key for it' sets the day, 'Let its old key go' ends it",
    ("client", "revoked"): "'Revoke it' and 'Let it dial again'",
    ("port", "role"): "a port's own page, by what it is for",
    ("port", "path"): "the box finds it, and pins it with the role",
    ("port", "mac"): "the box finds it, and pins it with the role",
}
ITEMS = ("Make a new key for it", "Revoke it", "outside: towards the clients, the internet")
SECRETS = (
    "one key for press-3, and it is long",
    "a key of the server, and it is long",
    "the-token-of-the-figures",
    "the-secret-of-the-accounts",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ends]:
    """A box that has an entry of every table."""
    folder: Path = tmp_path_factory.mktemp("ends")
    with ends_of(folder, FakeBox(text=WHOLE), FakeDaemon()) as found:
        yield found


@pytest.fixture(scope="module")
def reached(whole: Ends) -> Reached:
    return crawl(whole)


def test_every_key_of_every_table_is_asked_for_somewhere(reached: Reached) -> None:
    asked = reached.keys()
    missing = {
        (table.name, key.name)
        for table in SCHEMA
        for key in table.keys
        if key.name not in asked[table.name]
    }
    assert missing == set(NOT_ASKED)


def test_what_no_form_asks_for_has_an_item_of_its_own(reached: Reached) -> None:
    texts = {row.text for _, page in reached.pages for row in page.view().rows}
    assert set(ITEMS) <= texts


def test_everything_is_at_most_five_choices_away(reached: Reached) -> None:
    assert max(len(way) for way, _ in (*reached.pages, *reached.forms)) <= 5


def test_no_page_and_no_form_shows_a_secret_that_is_set(reached: Reached) -> None:
    shown = [str(page.view()) for _, page in reached.pages]
    shown += [str(form.start()) for _, form in reached.forms]
    assert len(shown) > 40
    assert [one for one in shown for secret in SECRETS if secret in one] == []


def test_no_row_of_any_page_is_cut_on_the_smallest_screen(reached: Reached) -> None:
    for way, page in reached.pages:
        found = page.view().rows
        assert max((len(f" {row.key:>2}  {row.text}") for row in found), default=0) <= 80, way
        assert max((len(row.about) for row in found), default=0) <= 80, way


@pytest.mark.long
def test_every_question_of_every_form_says_all_that_it_means(whole: Ends, reached: Reached) -> None:
    for way, form in reached.forms:
        screen = screen_of(whole, Open(form))
        for one in form.fields:
            found = " ".join(" ".join(rows(screen)).split())
            assert " ".join(one.hint.split()) in found, (way, one.name)
            assert one.label in found, way
            press(screen, "tab")
