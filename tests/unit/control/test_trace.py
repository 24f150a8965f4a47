"""What may be asked of a trace, and how it goes through the control socket."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.problems import Problem
from gateway.control.trace import (
    HEAD,
    LARGEST_FRAME,
    LONGEST,
    MOST,
    Kind,
    Report,
    Wanted,
    build_end,
    build_frame,
    opened_words,
    parse_end,
    parse_head,
    read_wanted,
    title,
)


def test_only_a_target_must_be_said() -> None:
    assert read_wanted({"verb": "trace", "target": "press-3"}) == Wanted("press-3")


def test_everything_can_be_said() -> None:
    asked = {"target": "7", "seconds": 5, "packets": 9, "passwords": True, "keys": True}
    assert read_wanted(asked) == Wanted("7", 5, 9, passwords=True, keys=True)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"target": ""}, "target"),
        ({"target": 7}, "target"),
        ({"target": None}, "target"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": LONGEST + 1}, "seconds"),
        ({"seconds": True}, "seconds"),
        ({"seconds": 1.5}, "seconds"),
        ({"packets": MOST + 1}, "packets"),
        ({"packets": "9"}, "packets"),
        ({"passwords": 1}, "passwords"),
        ({"keys": "yes"}, "keys"),
    ],
)
def test_what_makes_no_sense_is_named(more: dict[str, Any], where: str) -> None:
    found = read_wanted({"target": "press-3", **more})
    assert isinstance(found, Problem)
    assert found.where == where
    assert found.hint


def test_keys_open_the_passwords_so_both_must_be_meant() -> None:
    found = read_wanted({"target": "press-3", "keys": True})
    assert isinstance(found, Problem)
    assert "--with-passwords" in found.hint


def test_the_audit_is_told_what_is_not_cut() -> None:
    assert opened_words(Wanted("x")) == ""
    assert opened_words(Wanted("x", passwords=True, keys=True)) == "passwords and keys"


def test_the_files_head_says_whether_it_is_cut() -> None:
    assert "passwords cut" in title(Wanted("press-3"))
    assert "as they came" in title(Wanted("press-3", passwords=True))
    assert "\x1b" not in title(Wanted("\x1b[2J"))


def test_a_frame_is_its_kind_its_length_and_its_body() -> None:
    frame = build_frame(Kind.KEYS, b"abc")
    assert frame == b"\x02\x00\x00\x00\x03abc"
    assert parse_head(frame[: HEAD.size]) == (Kind.KEYS, 3)


@given(st.binary(max_size=8))
def test_a_head_that_is_none_is_refused_and_nothing_else_happens(head: bytes) -> None:
    try:
        kind, length = parse_head(head)
    except ValueError:
        return
    assert kind in Kind
    assert length <= LARGEST_FRAME


def test_a_frame_has_a_largest_size() -> None:
    with pytest.raises(ValueError, match="bytes"):
        parse_head(HEAD.pack(1, LARGEST_FRAME + 1))


def test_the_report_is_read_as_it_was_written() -> None:
    report = Report(7, 2, "the time is over")
    assert parse_end(build_end(report)[HEAD.size :]) == report


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"packets": 1, "lost": "x"}', b"[" * 9999])
def test_a_report_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="is none"):
        parse_end(body)
