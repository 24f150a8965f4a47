"""Sharing an address: what an owner can get wrong, and what is said of it."""

import pytest

from tests.unit.control.test_schema_shared import (
    BOTH,
    OWN,
    PEER,
    SHARED,
    SOME_FLEET,
    SOME_PAIR,
)
from tests.unit.control.written import GOOD, problems_of, told


def test_an_address_of_its_own_and_the_others_are_enough() -> None:
    assert told(BOTH + SOME_PAIR) == []
    assert told(BOTH + SOME_FLEET) == []


@pytest.mark.parametrize(
    ("some", "line", "where"),
    [
        (SOME_PAIR, f'peer = "{PEER}"\n', "pair.peer"),
        (SOME_PAIR, f'address = "{SHARED}"\n', "pair.address"),
        (SOME_FLEET, f'address = "{SHARED}"\n', "fleet.address"),
        (SOME_FLEET, 'directors = ["203.0.113.4", "203.0.113.5"]\n', "fleet.directors"),
    ],
)
def test_half_of_it_is_refused(some: str, line: str, where: str) -> None:
    assert line in some
    assert told(BOTH + some.replace(line, "")) == [f"{where}: is missing"]


@pytest.mark.parametrize("some", [SOME_PAIR, SOME_FLEET])
def test_what_is_shared_must_be_answered_at(some: str) -> None:
    text = BOTH + some.replace(f'address = "{SHARED}"', 'address = "203.0.113.77"')
    [problem] = told(text)
    assert problem.endswith(".address: is not one of outside.addresses")


@pytest.mark.parametrize("some", [SOME_PAIR, SOME_FLEET])
def test_a_box_needs_an_address_of_its_own_too(some: str) -> None:
    [problem] = told(GOOD + some)
    assert problem.startswith("outside.addresses: has none of this box's own")


def test_the_others_are_somebody_else() -> None:
    assert told(BOTH + SOME_PAIR.replace(PEER, OWN)) == [
        "pair.peer: is an address of the gateway's own"
    ]
    assert told(BOTH + SOME_FLEET.replace("203.0.113.5", OWN)) == [
        "fleet.directors[2]: is an address of the gateway's own"
    ]


def test_the_other_box_of_a_pair_is_next_door() -> None:
    static = 'network = "static"\nprefix = 29\n\n[[client]]'
    text = BOTH.replace("[[client]]", static, 1)
    assert told(text + SOME_PAIR) == []
    [problem] = told(text + SOME_PAIR.replace(PEER, "203.0.113.9"))
    assert problem == (
        "pair.peer: is 203.0.113.9, which is not in this box's network 203.0.113.0/29"
    )


def test_one_address_is_shared_in_one_way() -> None:
    [problem] = told(BOTH + SOME_PAIR + SOME_FLEET)
    assert problem.startswith("fleet.address: is that of [pair] too")
    three = BOTH.replace(f'"{OWN}"', f'"{OWN}", "203.0.113.6"')
    assert told(three + SOME_PAIR + SOME_FLEET.replace(SHARED, "203.0.113.6")) == []


def test_each_says_what_to_write() -> None:
    assert all(problem.hint for problem in problems_of(GOOD + SOME_PAIR + SOME_FLEET))
