"""Any text and any edit: no secret shows, nothing breaks, an edit does what it says."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.canonical import Unreadable, masked, raw_of, toml
from gateway.control.diff import diff
from gateway.control.edit import Change, EditError, change_from, edited, unmasked
from tests.property.test_control import LINES, TEXTS
from tests.unit.control.test_edit import COMMENTED

NAMES = st.sampled_from(["press-3", "press-4", "old-nt4", "", "é\n"])
KEYS = st.sampled_from(["name", "psk", "esp", "mtu", "interface", "role", "nothing"])
TABLES = st.sampled_from(["outside", "inside", "client", "route", "admin", "box", "nothing"])
WORDS = st.one_of(st.text(max_size=20), st.integers(-9, 9999), st.lists(st.text(max_size=5)))
CHANGES = st.one_of(
    st.builds(Change, st.sampled_from(["set", "unset", "remove"]), TABLES, NAMES, KEYS, WORDS),
    st.builds(Change, st.just("add"), TABLES, value=st.dictionaries(KEYS, WORDS, max_size=3)),
)
VALUES = st.recursive(
    st.one_of(st.text(), st.booleans(), st.integers(-(2**63), 2**63 - 1)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(min_size=1), inner)),
    max_leaves=6,
)


def mixed(more: list[tuple[int, str]]) -> str:
    lines = COMMENTED.split("\n")
    for where, text in more:
        lines.insert(where, text)
    return "\n".join(lines)


@given(TEXTS)
def test_any_text_is_masked_compared_and_edited_or_refused(text: str) -> None:
    diff(text, COMMENTED)
    try:
        assert masked(text).replace("\n", " ").isprintable()
        edited(text, [Change("set", "box", key="hostname", value="gw")])
        unmasked(text, COMMENTED)
    except (Unreadable, EditError):
        return


@given(LINES)
def test_masked_it_can_be_read_and_no_secret_is_in_it(more: list[tuple[int, str]]) -> None:
    text = mixed(more)
    try:
        shown = masked(text)
    except Unreadable:
        return
    tomllib.loads(shown)
    assert "hunter2" not in shown
    assert "hunter2" not in "".join(diff("", text).lines)


@given(st.lists(CHANGES, max_size=4))
def test_an_edit_is_made_wholly_or_not_at_all(changes: list[Change]) -> None:
    try:
        told = found = edited(COMMENTED, changes)
    except EditError as error:
        told, found = str(error) + error.hint, COMMENTED
    assert raw_of(found)
    assert told == found or "hunter2" not in told


@given(st.one_of(st.none(), st.text(), st.dictionaries(st.text(), VALUES)))
def test_any_json_is_a_change_or_refused(data: Any) -> None:
    try:
        change_from(data)
    except EditError:
        return


@given(VALUES)
def test_any_value_is_written_as_it_is(value: object) -> None:
    written = toml(value)
    assert written.isprintable()
    assert tomllib.loads(f"x = {written}")["x"] == value


@given(TEXTS, TEXTS)
def test_a_difference_is_none_only_between_equals(before: str, after: str) -> None:
    assert diff(before, before).changed == 0
    assert bool(diff(before, after).lines) == bool(diff(after, before).lines)
