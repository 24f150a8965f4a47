import json
from dataclasses import asdict

import pytest

from gateway.control.changes_files import (
    Active,
    Draft,
    Entry,
    Pending,
    digest,
    entry_of,
    history_record,
    history_text,
    record_from,
    tidy,
    written,
)
from gateway.control.changes_outputs import Who
from gateway.control.parts import EVERY, Part

PENDING = Pending(
    user="ada",
    face="ssh",
    comment="why",
    digest="d",
    wall=1.0,
    seconds=300,
    deadline=400.0,
    boot="b1",
    session="7",
    remote=True,
    parts=["users"],
)
DRAFT = Draft("ada", "ssh", 1.0, "d")
ENTRY = Entry("ada", "ssh", "why", 1.0, "d", "bob", number=7, parts=["users"])


def test_a_record_is_read_as_it_was_written() -> None:
    assert record_from(Pending, written(PENDING)) == PENDING
    assert record_from(Draft, written(DRAFT)) == DRAFT
    assert record_from(Entry, written(ENTRY)) == ENTRY
    assert record_from(Active, written(Active("b1"))) == Active("b1")


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", "3", "{}", "[" * 5000, '{"user": "ada"}'],
    ids=lambda text: repr(text)[:12],
)
def test_what_is_no_record_is_none(text: str | None) -> None:
    assert record_from(Pending, text) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("user", 3),
        ("deadline", "soon"),
        ("deadline", float("nan")),
        ("deadline", True),
        ("remote", 1),
        ("parts", "users"),
        ("parts", [3]),
    ],
)
def test_a_record_with_a_value_of_another_kind_is_none(key: str, value: object) -> None:
    assert record_from(Pending, json.dumps({**asdict(PENDING), key: value})) is None


def test_what_a_newer_version_has_added_is_left_out() -> None:
    assert record_from(Draft, json.dumps({**asdict(DRAFT), "mood": "good"})) == DRAFT
    assert record_from(Entry, json.dumps({**asdict(ENTRY), "number": "x"})) is None


def test_a_pending_change_knows_who_made_it_and_what_it_touches() -> None:
    assert PENDING.who == Who("ada", "ssh", "7", remote=True)
    assert PENDING.touched == {Part.USERS}
    strange = record_from(Pending, json.dumps({**asdict(PENDING), "parts": ["weather"]}))
    assert strange is not None
    assert strange.touched == EVERY


def test_an_entry_is_made_of_what_was_confirmed() -> None:
    assert entry_of(PENDING, "bob", 7) == ENTRY


def test_files_of_the_history_sort_by_number() -> None:
    assert history_text(7) == "history/0007.toml"
    assert history_record(12345) == "history/12345.json"


def test_texts_are_told_apart() -> None:
    assert digest("a") == digest("a") != digest("a ")


def test_a_comment_is_one_short_line() -> None:
    assert tidy("  two\n lines\x1b[2J ") == "two lines\\x1b[2J"
    assert len(tidy("x" * 1000)) == 200
