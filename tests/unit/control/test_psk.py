from collections.abc import Callable

import pytest

from gateway.control.document import File
from gateway.control.limits import LARGEST_FILE
from tests.unit.control.written import GOOD, config_of, no_files, problems_of, told

BY_FILE = GOOD.replace('psk = "hunter2-hunter2"', 'psk_file = "press-3.psk"')


def holding(data: bytes, mode: int = 0o600) -> Callable[[str], File]:
    return lambda name: {"press-3.psk": File(data, mode)}[name]


def with_key(psk: str) -> str:
    return GOOD.replace('"hunter2-hunter2"', psk)


@pytest.mark.parametrize(
    "data",
    [
        b"hunter2-hunter2",
        b"hunter2-hunter2\n",
        b"hunter2-hunter2\r\n",
        b"\xef\xbb\xbfhunter2-hunter2",
    ],
)
def test_a_key_in_a_file_is_its_one_line(data: bytes) -> None:
    assert config_of(BY_FILE, holding(data)).clients[0].psk == b"hunter2-hunter2"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "holds a key that is empty"),
        (b"\n", "holds a key that is empty"),
        (b"hunter2\nhunter3\n", "holds a key that holds a line break or another control character"),
        (b"h\xfcnter2-hunter2", "has a byte in it that is not UTF-8"),
        (b"h" * 300, "holds a key that is longer than 256 bytes"),
        (b"h" * (LARGEST_FILE + 1), "is too large for a file with one key"),
    ],
)
def test_a_file_without_a_proper_key_is_told(data: bytes, what: str) -> None:
    assert told(BY_FILE, holding(data)) == [f"client[1].psk_file: {what}"]


def test_a_file_that_cannot_be_read_is_told() -> None:
    problems = told(BY_FILE, lambda name: "no such file or directory")
    assert problems == ["client[1].psk_file: cannot be read: no such file or directory"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o644])
def test_others_who_may_read_a_key_are_warned_of(mode: int) -> None:
    (inline,) = problems_of(GOOD, no_files, mode)
    assert inline.warning
    assert (
        inline.what == f"others than its owner may use this file with keys in it (mode {mode:04o})"
    )
    (beside,) = problems_of(BY_FILE, holding(b"hunter2-hunter2", mode), 0o644)
    assert beside.warning
    assert beside.where == "client[1].psk_file"
    assert beside.what == f"can be used by others than its owner (mode {mode:04o})"


def test_a_client_needs_a_key_and_only_one() -> None:
    assert told(GOOD.replace("psk =", "# psk =")) == ["client[1].psk: is missing"]
    both = GOOD.replace("psk =", "psk_file = 'x'\npsk =")
    assert told(both) == ["client[1].psk_file: stands beside psk, and only one of the two can hold"]


@pytest.mark.parametrize(
    ("psk", "what"),
    [
        ('"hunter2"', "has fewer than 8 characters"),
        ('"hünter-zwei"', "has letters that old clients send in an alphabet of their own"),
        ('" hunter2-hunter2"', "begins or ends with a space"),
    ],
)
def test_a_key_that_will_make_trouble_is_warned_of(psk: str, what: str) -> None:
    assert [(one.what, one.warning) for one in problems_of(with_key(psk))] == [(what, True)]


@pytest.mark.parametrize(
    ("psk", "what"),
    [
        ("12345678", "is a whole number, and should be text in quotes"),
        ('""', "is empty"),
        ('"hunter2\\nhunter2"', "holds a line break or another control character"),
    ],
)
def test_a_key_that_cannot_be_used_is_told(psk: str, what: str) -> None:
    assert told(with_key(psk)) == [f"client[1].psk: {what}"]


@pytest.mark.parametrize(
    "text",
    [
        with_key('"hunter2"'),
        with_key('"hunter2\\u0007"'),
        with_key('["hunter2"]'),
        with_key('" hünter2hunter2 "'),
        GOOD + GOOD.replace(GOOD[: GOOD.index("[[client]]")], "").replace("press-3", "press-4"),
    ],
)
def test_no_problem_shows_a_key(text: str) -> None:
    problems = problems_of(text)
    assert problems
    assert "nter2" not in repr(problems)


OLD = with_key('"hunter2-hunter2"\npsk_old = "hunter1-hunter1"')
UNTIL = "\npsk_old_until = 2026-10-31"


def test_an_old_key_stands_in_the_file_or_in_one_of_its_own() -> None:
    inline = OLD.replace('hunter1-hunter1"', f'hunter1-hunter1"{UNTIL}')
    assert config_of(inline).clients[0].psk_old == b"hunter1-hunter1"
    by_file = inline.replace('psk_old = "hunter1-hunter1"', 'psk_old_file = "press-3.psk"')
    client = config_of(by_file, holding(b"hunter0-hunter0\n")).clients[0]
    assert (client.psk, client.psk_old) == (b"hunter2-hunter2", b"hunter0-hunter0")


def test_an_old_key_has_a_last_day() -> None:
    assert told(OLD) == [
        "client[1].psk_old_until: is missing, and without it the old key would hold for ever"
    ]


def test_a_last_day_without_an_old_key_is_warned_of() -> None:
    [problem] = problems_of(with_key(f'"hunter2-hunter2"{UNTIL}'))
    assert (problem.where, problem.what, problem.warning) == (
        "client[1].psk_old_until",
        "does nothing without psk_old",
        True,
    )


def test_an_old_key_is_another_key() -> None:
    same = OLD.replace('"hunter1-hunter1"', f'"hunter2-hunter2"{UNTIL}')
    assert told(same) == ["client[1].psk_old: is the same key as psk, so nothing has changed"]
    by_file = same.replace('psk_old = "hunter2-hunter2"', 'psk_old_file = "press-3.psk"')
    [problem] = told(by_file, holding(b"hunter2-hunter2"))
    assert problem.startswith("client[1].psk_old_file: is the same key")


def test_an_old_key_is_in_one_place_and_its_file_is_looked_at_too() -> None:
    both = OLD.replace('"hunter1-hunter1"', f'"hunter1-hunter1"\npsk_old_file = "x"{UNTIL}')
    assert told(both) == [
        "client[1].psk_old_file: stands beside psk_old, and only one of the two can hold"
    ]
    by_file = OLD.replace('psk_old = "hunter1-hunter1"', f'psk_old_file = "x"{UNTIL}')
    assert told(by_file, lambda name: "no such file") == [
        "client[1].psk_old_file: cannot be read: no such file"
    ]


def test_a_file_with_nothing_but_an_old_key_in_it_is_to_be_its_owners_alone() -> None:
    text = BY_FILE.replace('"press-3.psk"', f'"press-3.psk"\npsk_old = "hunter1-hunter1"{UNTIL}')
    [problem] = problems_of(text, holding(b"hunter2-hunter2"), 0o644)
    assert "mode 0644" in problem.what
