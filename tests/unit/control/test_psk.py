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
