"""Chance, in bulk."""

import os
from collections.abc import Callable

import pytest

from gateway.system.chance import BULK, Chance


@pytest.mark.parametrize("count", [0, 1, 16, BULK, BULK + 1, 10 * BULK])
def test_it_gives_as_many_bytes_as_asked(count: int) -> None:
    assert len(Chance()(count)) == count


def test_what_was_given_is_not_given_again() -> None:
    chance = Chance()
    given = [chance(16) for _ in range(3 * BULK // 16)]
    assert len(set(given)) == len(given)


def in_a_child(what: Callable[[], bytes]) -> bytes:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, what())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        return told.read()


def test_a_fork_goes_its_own_way() -> None:
    chance = Chance()
    chance(1)  # so that there is a pool to be shared
    theirs = in_a_child(lambda: chance(16))
    assert len(theirs) == 16
    assert chance(16) != theirs
