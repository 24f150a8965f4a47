"""Pieces of Markdown."""

from docs.made.markdown import block, made_of, table


def test_a_bar_ends_no_cell() -> None:
    assert table(("a", "b"), [("x|y", "two\nlines")]) == [
        "| a | b |",
        "| --- | --- |",
        r"| x\|y | two lines |",
    ]


def test_a_block_is_shown_as_it_is_typed() -> None:
    assert block(["a | b"]) == ["```text", "a | b", "```"]


def test_a_made_page_says_so() -> None:
    assert made_of("from x")[0] == "<!-- Made by `python -m docs` from x; not by hand. -->"
