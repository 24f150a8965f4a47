import os
from collections.abc import Iterator

import pytest

from gateway.system.shelf import FIRST, Shelf

MOST = 16


@pytest.fixture
def file() -> Iterator[int]:
    descriptor = os.memfd_create("words")
    yield descriptor
    os.close(descriptor)


def test_a_word_is_there_for_whoever_comes_next(file: int) -> None:
    shelf = Shelf(file, MOST)
    place = shelf.take()
    assert place == FIRST
    shelf.word(place)[0] = 2**64 - 1
    again = Shelf(file, MOST)
    assert again.hold(place)
    assert again.word(place)[0] == 2**64 - 1


def test_a_place_is_lent_once_until_it_is_given_back(file: int) -> None:
    shelf = Shelf(file, MOST)
    places = [shelf.take() for _ in range(MOST)]
    assert places == [*range(FIRST, MOST), None]
    assert not shelf.hold(5)
    shelf.give_back(5)
    assert [shelf.take(), shelf.take()] == [5, None]


def test_what_a_successor_holds_is_lent_to_nobody_else(file: int) -> None:
    shelf = Shelf(file, MOST)
    assert [shelf.hold(place) for place in (2, 3, 7, 2)] == [True, True, True, False]
    assert [shelf.take() for _ in range(4)] == [1, 4, 5, 6]
    shelf.give_back(7)
    assert [shelf.take(), shelf.take()] == [7, 8]


@pytest.mark.parametrize("place", [-1, 0, MOST, 1 << 40])
def test_there_is_no_such_place(file: int, place: int) -> None:
    assert not Shelf(file, MOST).hold(place)


def test_a_place_that_was_given_back_is_lent_or_held_but_not_both(file: int) -> None:
    shelf = Shelf(file, MOST)
    shelf.take()
    shelf.give_back(FIRST)
    assert shelf.hold(FIRST)
    assert shelf.take() == FIRST + 1
    shelf.give_back(FIRST)
    assert not shelf.hold(FIRST)
    assert shelf.take() == FIRST


def test_where_others_may_still_count_a_place_rests_until_it_is_free(file: int) -> None:
    shelf = Shelf(file, 3)
    shelf.rest()
    first, second = shelf.take(), shelf.take()
    assert (first, second) == (1, 2)
    shelf.give_back(1)
    assert shelf.take() is None
    assert shelf.take_resting() == [1]
    assert shelf.take_resting() == []
    shelf.free([1])
    assert shelf.take() == 1
