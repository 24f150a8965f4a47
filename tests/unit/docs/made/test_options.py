"""The page of options has every key, and says of it what its judge says."""

import tomllib

import pytest

from docs.made.options import FIXED, bounds_of, refusal, text, words_of
from gateway.control.schema import SCHEMA
from gateway.control.tables import Key

KEYS = [(table, key) for table in SCHEMA for key in table.keys]
NUMBERS = [key for _, key in KEYS if type(tomllib.loads(f"x = {key.example}")["x"]) is int]
CHOICES = [key for _, key in KEYS if words_of(key)]


def test_every_table_and_key_is_there() -> None:
    page = text()
    for table, key in KEYS:
        part = page.split(f"## `{table.heading}`\n")[1].split("\n## ")[0]
        assert f"| `{key.name}` | {key.doc}" in part.replace(r"\|", "|")


@pytest.mark.parametrize("key", NUMBERS, ids=lambda key: key.name)
def test_the_bounds_of_a_number_are_those_of_its_judge(key: Key) -> None:
    low, high = bounds_of(key) or (0, 0)
    assert low < high
    taken = [not refusal(key, value)[0] for value in (low - 1, low, high, high + 1)]
    assert taken == [False, True, True, False]


@pytest.mark.parametrize("key", CHOICES, ids=lambda key: key.name)
def test_every_word_that_is_named_is_taken(key: Key) -> None:
    assert [word for word in words_of(key) if refusal(key, word)[0]] == []


def test_keys_that_are_a_choice_are_known_as_one() -> None:
    names = {key.name for key in CHOICES}
    assert {"kind", "nat_d", "natt", "ike", "esp", "system", "carrier", "fail", "role"} <= names
    assert not names & {"name", "psk", "interface", "address", "reach", "ssh_key"}


def test_a_default_stands_beside_its_key() -> None:
    page = text()
    assert "| `half_open` | IKE exchanges under way, in all. | 1 to 100000 | `256` |" in page
    assert "| `3des-sha1-modp1024` | yes |  |" in page
    assert "| `des-md5` |  | A DES key of 56 bits is found by search within a day; MD5" in page


def test_limits_that_nobody_can_set_are_told() -> None:
    page = text()
    assert [what for what, most in FIXED if f"| {what} | {most} |" not in page] == []
