"""A page of PDF, read by hand: nothing in it is packed."""

import re
import sys

import pytest

from gateway.user.kit.pdf import MOST_LINES, WIDEST, NoPdf, page


def test_there_is_one_page_and_every_line_is_on_it() -> None:
    lines = tuple(f"line {number} (of \\ many)" for number in range(MOST_LINES))
    made = page(lines)
    assert made.startswith(b"%PDF-1.")
    assert re.findall(rb"/Type /Pages ?/Kids \[\d+ 0 R\] ?/Count 1\b", made)
    assert len(re.findall(rb"/Type /Page\b", made)) == 1
    shown = re.findall(rb"^\((.*)\) Tj$", made, re.MULTILINE)
    assert [re.sub(rb"\\(.)", rb"\1", one).decode() for one in shown] == list(lines)


def test_every_line_is_within_the_page_of_a4_and_of_letter() -> None:
    made = page(tuple("x" * WIDEST for _ in range(MOST_LINES)))
    places = re.findall(rb"1 0 0 1 (\d+) (\d+) Tm", made)
    heights = [int(high) for _, high in places]
    assert min(heights) >= 36
    assert max(heights) <= 792 - 18
    assert int(places[0][0]) + WIDEST * 6 <= 595 - 36  # a letter is 0.6 of 10 points wide


def test_a_page_made_twice_is_the_same() -> None:
    assert page(("one",)) == page(("one",))


@pytest.mark.parametrize("lines", [("x",) * (MOST_LINES + 1), ("x" * (WIDEST + 1),)])
def test_what_does_not_fit_is_our_own_mistake(lines: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one page"):
        page(lines)


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydyf", None)
    with pytest.raises(NoPdf):
        page(("one",))
