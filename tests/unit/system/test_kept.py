import fcntl
import os
import resource
import signal
from collections.abc import Iterator

import pytest

from gateway.outputs import Forget, Keep, What
from gateway.system.kept import CALM, MOST_STARTS, NAMES, Kept
from gateway.system.records import STAMP
from tests.pair.net import seeded

OURS = b"o" * STAMP


class Keeper:
    """Holds copies, as whoever outlives the process does."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}

    def keep(self, name: str, descriptor: int) -> None:
        self.files[name] = os.dup(descriptor)

    def drop(self, name: str) -> None:
        if name in self.files:
            os.close(self.files.pop(name))

    def found(self) -> dict[str, int]:
        return {name: os.dup(descriptor) for name, descriptor in self.files.items()}


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    made = Keeper()
    yield made
    for name in list(made.files):
        made.drop(name)


def begin(keeper: Keeper, stamp: bytes = OURS, seed: int = 1) -> Kept:
    return Kept(keeper, keeper.found(), stamp, seeded(seed))


def test_records_words_and_key_are_there_for_the_next(keeper: Keeper) -> None:
    kept = begin(keeper)
    place = kept.words.take()
    assert place is not None
    kept.words.word(place)[0] = 77
    kept.carry_out(Keep(1, b"one"))
    kept.carry_out(Keep(2, b"two"))
    kept.carry_out(Forget(2))
    again = begin(keeper, seed=2)
    assert (again.found, again.trouble, again.key) == ({1: b"one"}, "", kept.key)
    assert again.words.hold(place)
    assert again.words.word(place)[0] == 77
    assert set(keeper.files) == set(NAMES)


def test_where_one_part_is_missing_all_begins_anew(keeper: Keeper) -> None:
    kept = begin(keeper)
    kept.carry_out(Keep(1, b"one"))
    keeper.drop(NAMES[0])
    again = begin(keeper, seed=2)
    assert again.found == {}
    assert again.key != kept.key
    assert set(keeper.files) == set(NAMES)


def test_another_versions_is_dropped_with_a_sentence(keeper: Keeper) -> None:
    begin(keeper).carry_out(Keep(1, b"one"))
    again = begin(keeper, stamp=b"x" * STAMP)
    assert (again.found, again.trouble) == ({}, "it is another version's")


def test_what_ends_one_start_after_the_other_is_dropped(keeper: Keeper) -> None:
    begin(keeper).carry_out(Keep(1, b"one"))
    for _ in range(MOST_STARTS):
        assert begin(keeper).found == {1: b"one"}
    last = begin(keeper)
    assert last.found == {}
    assert "3 starts with it have ended within 10 s" in last.trouble
    assert begin(keeper).found == {}


def test_a_start_that_lasts_has_gone_well(keeper: Keeper) -> None:
    begin(keeper).carry_out(Keep(1, b"one"))
    for _ in range(3 * MOST_STARTS):
        kept = begin(keeper)
        kept.begin(100.0)
        assert kept.deadline() == 100.0 + CALM
        assert kept.handle_timeout(100.0 + CALM) == []
        assert kept.deadline() is None
        assert kept.found == {1: b"one"}


def test_without_memory_nothing_is_left_to_be_taken_up_and_the_owner_hears_of_it(
    keeper: Keeper,
) -> None:
    kept = begin(keeper)
    kept.carry_out(Keep(1, b"one"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        kept.carry_out(Keep(2, bytes(5000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept.deadline() == 0.0
    (fact,) = kept.handle_timeout(1.0)
    assert fact.what is What.TROUBLE  # type: ignore[union-attr]  # a fact, as the next line shows
    assert kept.handle_timeout(2.0) == []
    kept.carry_out(Keep(3, b"three"))
    assert begin(keeper).found == {}


def test_workers_of_an_earlier_process_are_dead_before_their_words_are_read(keeper: Keeper) -> None:
    first = begin(keeper)
    ready, told = os.pipe()
    worker = os.fork()
    if worker == 0:
        fcntl.lockf(first.words_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 1)
        os.write(told, b"x")
        signal.pause()
        os._exit(0)
    assert os.read(ready, 1) == b"x"
    begin(keeper)
    _, status = os.waitpid(worker, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    os.close(ready)
    os.close(told)
