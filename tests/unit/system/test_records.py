import os
from collections.abc import Iterator

import pytest

from gateway.system.records import LARGE, STAMP, Records

OURS, OTHERS = b"o" * STAMP, b"t" * STAMP
Files = tuple[int, int]


@pytest.fixture
def files() -> Iterator[Files]:
    made = os.memfd_create("0"), os.memfd_create("1")
    yield made
    for descriptor in made:
        os.close(descriptor)


def sizes(files: Files) -> list[int]:
    return [os.fstat(descriptor).st_size for descriptor in files]


def test_the_newest_of_each_number_is_found(files: Files) -> None:
    records = Records(files, OURS)
    assert records.found == {}
    records.put(1, b"one")
    records.put(2, b"two")
    records.put(1, b"another one")
    records.put(3, b"three")
    records.forget(3)
    records.forget(4)
    again = Records(files, OURS)
    assert (again.found, again.trouble) == ({1: b"another one", 2: b"two"}, "")
    assert Records(files, OURS).found == again.found


def test_what_another_version_has_written_is_dropped(files: Files) -> None:
    Records(files, OTHERS).put(1, b"one")
    records = Records(files, OURS)
    assert (records.found, records.trouble) == ({}, "it is another version's")
    assert (Records(files, OURS).found, Records(files, OURS).trouble) == ({}, "")


def test_a_record_that_was_not_finished_is_not_there_and_the_one_before_is(files: Files) -> None:
    records = Records(files, OURS)
    records.put(1, b"one")
    records.put(1, b"one more, that is longer")
    (file,) = (each for each in files if os.fstat(each).st_size)
    whole = os.fstat(file).st_size
    for cut in range(1, 36):
        os.ftruncate(file, whole - cut)
        copy = os.pread(file, whole, 0)
        twin = os.memfd_create("0"), os.memfd_create("1")
        os.pwrite(twin[0], copy, 0)
        assert Records(twin, OURS).found == {1: b"one"}
        for descriptor in twin:
            os.close(descriptor)


@pytest.mark.parametrize("junk", [b"", b"x", b"postern\0", bytes(48), b"postern\0" + bytes(200)])
def test_junk_is_nothing(files: Files, junk: bytes) -> None:
    os.pwrite(files[0], junk, 0)
    assert Records(files, OURS).found == {}


def test_what_is_of_no_use_is_not_kept_for_ever(files: Files) -> None:
    records = Records(files, OURS)
    for number in range(600):
        records.put(number % 10, bytes(10_000))
    assert sum(sizes(files)) < LARGE + 200_000
    assert min(sizes(files)) == 0
    assert Records(files, OURS).found == dict.fromkeys(range(10), bytes(10_000))


def test_all_of_it_can_be_taken_away(files: Files) -> None:
    records = Records(files, OURS)
    records.put(1, b"one")
    records.clear()
    assert sizes(files) == [0, 0]
    assert Records(files, OURS).found == {}
