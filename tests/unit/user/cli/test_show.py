import pytest

from gateway.user.cli.show import Column, counted, cut, duration, pairs, size, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0s"),
        (0.9, "0s"),
        (59.9, "59s"),
        (60.0, "1m"),
        (3599.0, "59m"),
        (3600.0, "1h00"),
        (7500.0, "2h05"),
        (86_399.0, "23h59"),
        (86_400.0, "1d00h"),
        (99 * 86_400.0, "99d00h"),
    ],
)
def test_a_duration_has_at_most_six_letters(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_400_000, "1.4 MB"),
        (2 * 10**15, "2000.0 TB"),
    ],
)
def test_a_size_has_its_unit(count: int, text: str) -> None:
    assert size(count) == text


def test_things_are_counted_as_people_do() -> None:
    assert [counted(n, "client") for n in (0, 1, 2)] == ["0 clients", "1 client", "2 clients"]


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    columns = [Column("ID", right=True), Column("NAME")]
    assert table(columns, [["1", "a"], ["20000", "bb"]], 80) == [
        "   ID  NAME",
        "    1  a",
        "20000  bb",
    ]


def test_what_may_be_cut_is_cut_the_last_column_first() -> None:
    columns = [Column("A", least=4), Column("B"), Column("C", least=4)]
    assert table(columns, [["a" * 10, "b" * 10, "c" * 10]], 30) == [
        "A           B           C",
        "aaaaaaaaaa  bbbbbbbbbb  cccc..",
    ]


def test_a_dear_column_is_cut_after_all_others() -> None:
    columns = [Column("A", least=4), Column("B", least=4, dear=True)]
    assert table(columns, [["a" * 8, "b" * 8]], 14)[1] == "aa..  bbbbbbbb"
    assert table(columns, [["a" * 8, "b" * 8]], 12)[1] == "aa..  bbbb.."


def test_without_a_width_nothing_is_cut() -> None:
    assert table([Column("A", least=1)], [["a" * 200]], None)[1] == "a" * 200


def test_a_cut_text_says_that_it_is_cut() -> None:
    assert [cut("abcdef", width) for width in (6, 5, 2, 1, 0)] == ["abcdef", "abc..", "..", ".", ""]


def test_pairs_without_anything_to_say_are_left_out() -> None:
    assert pairs([("a", "1"), ("long", ""), ("bb", "2\n")]) == ["  a     1", "  bb    2\\n"]
    assert pairs([]) == []
