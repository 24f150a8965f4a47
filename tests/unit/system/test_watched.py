"""Descriptors behind one."""

import os
import select

from gateway.paths import L2tpHeard, PathEvent
from gateway.system.estate import Nobody
from gateway.system.watched import Watched


class Kept:
    """Who keeps descriptors, and what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int] | str] = []

    def keep(self, name: str, descriptor: int) -> None:
        self.told.append((name, descriptor))

    def drop(self, name: str) -> None:
        self.told.append(name)


def test_what_comes_by_any_of_them_comes_by_the_one() -> None:
    watched = Watched(Nobody())
    read, write = os.pipe()

    def heard() -> list[PathEvent]:
        return [L2tpHeard(1, os.read(read, 9))]

    watched.add(read, heard)
    assert watched.take() == []
    os.write(write, b"x")
    assert select.select([watched], [], [], 0)[0] == [watched]
    assert watched.take() == [L2tpHeard(1, b"x")]
    watched.remove(read)
    os.write(write, b"y")
    assert watched.take() == []
    for descriptor in (read, write):
        os.close(descriptor)
    watched.close()


def test_one_that_is_taken_out_by_another_in_the_same_go_is_not_read() -> None:
    watched = Watched(Nobody())
    pipes = [os.pipe(), os.pipe()]
    seen: list[int] = []

    def reader(own: int, other: int) -> list[PathEvent]:
        seen.append(own)
        watched.remove(other)
        return []

    reads = [read for read, _ in pipes]
    watched.add(reads[0], lambda: reader(0, reads[1]))
    watched.add(reads[1], lambda: reader(1, reads[0]))
    for _, write in pipes:
        os.write(write, b"x")
    watched.take()
    assert len(seen) == 1
    for pair in pipes:
        for descriptor in pair:
            os.close(descriptor)
    watched.close()


def test_only_what_has_a_name_is_kept() -> None:
    kept = Kept()
    watched = Watched(kept)
    watched.add(100, None, "leg-1")
    watched.add(101)
    watched.remove(100)
    watched.remove(101)
    watched.remove(102)
    assert kept.told == [("leg-1", 100), "leg-1"]
    watched.close()


def test_what_an_earlier_process_has_left_is_kept_already() -> None:
    kept, left = Kept(), {"leg-1": 100}
    watched = Watched(kept, left)
    assert (watched.inherit("leg-2"), watched.inherit("leg-1")) == (None, 100)
    watched.add(100, None, "leg-1")
    assert (kept.told, left) == ([], {})
    watched.remove(100)
    watched.add(100, None, "leg-1")
    assert kept.told == ["leg-1", ("leg-1", 100)]
    watched.close()
