"""Text in columns."""

from gateway.user.kit.layout import COLUMN, WIDTH, between, fact, numbered, wrapped


def test_long_text_goes_on_under_itself() -> None:
    steps = numbered(["do this " * 20, "then that"])
    assert steps[0].startswith("  1. do this")
    assert steps[1].startswith("     do this")
    assert steps[-1] == "  2. then that"
    assert max(map(len, steps)) <= WIDTH


def test_facts_stand_in_one_column() -> None:
    found = fact("Address", "one " * 40)
    assert found[0][COLUMN:].startswith("one")
    assert found[1] == " " * COLUMN + found[1].strip()


def test_a_word_with_a_dash_is_not_cut_at_it() -> None:
    assert not any(line.endswith("-") for line in wrapped("press-3-of-hall-7 " * 20))


def test_two_ends_of_a_line() -> None:
    assert between("left", "right") == "left" + " " * (WIDTH - 9) + "right"
