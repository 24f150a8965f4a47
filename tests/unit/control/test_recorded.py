"""A recording as a file: what is written is read, and what is none is refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.recorded import (
    LARGEST,
    MOST_LINES,
    BadCase,
    Case,
    Line,
    build_case,
    case_from_data,
    case_to_data,
    length,
    letters,
    parse_case,
)

LINE = Line(31, True, "ike", "main 1 clear", 500, 0, ("4 public 128", "10 nonce 20"))
CASE = Case(
    made_by="postern 0.1.0",
    system="msl2tp",
    ike=("3des-sha1-modp1024",),
    esp=("3des-sha1", "aes128-sha1"),
    natt=("rfc3947", "draft-02n"),
    nat_d="auto",
    came=("offered", "chosen"),
    found={"chosen-suite": "3des-sha1-modp1024"},
    lines=(LINE, replace(LINE, by_client=False, ms=47)),
)


def test_a_file_is_read_as_it_was_written() -> None:
    assert parse_case(build_case(CASE)) == CASE


@pytest.mark.parametrize("word", ["", "-1", "x", "16385", "1" * 5000])
def test_a_part_asks_for_no_more_bytes_than_there_may_be(word: str) -> None:
    with pytest.raises(BadCase):
        length(word)
    with pytest.raises(BadCase):
        letters(f"name:{word}")


def test_letters_are_a_text_or_zeros() -> None:
    assert (letters("name:3"), letters("cut:2"), length("16384")) == (b"xxx", bytes(2), 16384)


def test_values_of_json_are_read_as_they_were_told() -> None:
    assert case_from_data(case_to_data(CASE)) == CASE


def test_the_file_says_what_it_is_and_reads_well() -> None:
    first, *rest = build_case(CASE).splitlines()
    assert first.startswith("# A handshake as it was recorded, every secret")
    assert 'system = "msl2tp"' in rest
    assert "esp = [" in rest
    assert rest.count("[[line]]") == 2


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=3).map(tuple))
def test_any_text_in_it_survives(text: str, parts: tuple[str, ...]) -> None:
    text = text.encode("ascii", "ignore").decode()
    parts = tuple(part.encode("ascii", "ignore").decode() for part in parts)
    case = replace(CASE, system=text, lines=(replace(LINE, parts=parts),))
    assert parse_case(build_case(case)) == case


def broken(**changes: Any) -> dict[str, Any]:
    return {**case_to_data(CASE), **changes}


LINE_DATA = case_to_data(CASE)["line"][0]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "no recording"),
        (broken(format=2), "format 2 is not known here"),
        (broken(line=[{**LINE_DATA, "ms": -1}]), "a line of it is none"),
        (broken(line=[{**LINE_DATA, "ms": True}]), "a line of it is none"),
        (broken(line=[{**LINE_DATA, "layer": "ether"}]), "a line of it is none"),
        (broken(line=[{**LINE_DATA, "from": "nobody"}]), "a line of it is none"),
        (broken(line=[{**LINE_DATA, "parts": [7]}]), "7 is no text"),
        (broken(line=7), "no recording"),
        (broken(ike="3des"), "is no list"),
        (broken(found=[1]), "no recording"),
        (broken(line=[LINE_DATA] * (MOST_LINES + 1)), "more than 256 messages"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_reason(data: dict[str, Any], why: str) -> None:
    with pytest.raises(BadCase, match=why):
        case_from_data(data)


@pytest.mark.parametrize(("text", "why"), [("[", "no TOML"), ("x" * (LARGEST + 1), "larger than")])
def test_what_is_no_file_of_ours_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadCase, match=why):
        parse_case(text)
