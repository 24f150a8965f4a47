"""New identities for a disk leave everything else in its partition table as it was."""

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image.gpt import HEADER, SECTOR, NoTable, ReadAt, new_identities

SECTORS = 200
ENTRIES, SIZE = 128, 128


def entry(name: str, first: int, last: int) -> bytes:
    head = struct.pack("<16s16sQQQ", b"T" * 16, b"I" * 16, first, last, 0)
    return head + name.encode("utf-16-le").ljust(72, b"\0")


def header(at: int, other: int, entries_at: int, entries: bytes) -> bytes:
    def packed(checksum: int) -> bytes:
        return HEADER.pack(
            b"EFI PART", 0x10000, 92, checksum, 0, at, other, 34, SECTORS - 34, b"D" * 16,
            entries_at, ENTRIES, SIZE, zlib.crc32(entries),
        )  # fmt: skip

    return packed(zlib.crc32(packed(0)))


def disk() -> bytearray:
    """The table of UEFI 2.10, 5.3: header at sector 1, its copy at the last one."""
    entries = (entry("esp", 40, 60) + entry("root.a", 61, 120)).ljust(ENTRIES * SIZE, b"\0")
    whole = bytearray(SECTORS * SECTOR)
    for at, other, place in ((1, SECTORS - 1, 2), (SECTORS - 1, 1, SECTORS - 33)):
        raw = header(at, other, place, entries)
        whole[at * SECTOR : at * SECTOR + len(raw)] = raw
        whole[place * SECTOR : place * SECTOR + len(entries)] = entries
    return whole


def counting() -> Callable[[int], bytes]:
    numbers = iter(range(1, 100))
    return lambda count: bytes([next(numbers)]) * count


def read_from(whole: bytearray) -> ReadAt:
    return lambda offset, length: bytes(whole[offset : offset + length])


def patched(whole: bytearray) -> bytearray:
    done = bytearray(whole)
    for one in new_identities(read_from(whole), counting()):
        done[one.offset : one.offset + len(one.data)] = one.data
    return done


def identities(whole: bytearray, entries_at: int) -> list[bytes]:
    place = entries_at * SECTOR
    return [bytes(whole[start + 16 : start + 32]) for start in range(place, place + 3 * SIZE, SIZE)]


def test_every_partition_and_the_disk_get_another_identity_in_both_tables() -> None:
    new = patched(disk())
    first, second = identities(new, 2), identities(new, SECTORS - 33)
    assert first == second
    assert b"I" * 16 not in first
    assert first[0] != first[1]
    assert first[2] == bytes(16)  # no partition, no identity
    assert b"D" * 16 not in new


def test_the_new_table_is_whole_so_it_can_be_changed_again() -> None:
    once = patched(disk())
    assert len(new_identities(read_from(once), counting())) == 4


def test_names_and_places_stay() -> None:
    old, new = disk(), patched(disk())
    differing = {n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b}
    for place in (2, SECTORS - 33):
        for number in range(2):
            start = place * SECTOR + number * SIZE
            assert not differing & {*range(start, start + 16), *range(start + 32, start + SIZE)}


@pytest.mark.parametrize("at", [SECTOR + 56, SECTOR + 16, 2 * SECTOR + 5, (SECTORS - 1) * SECTOR])
def test_a_damaged_table_is_not_touched(at: int) -> None:
    broken = disk()
    broken[at] ^= 0xFF
    with pytest.raises(NoTable):
        new_identities(read_from(broken), counting())


@given(st.binary(max_size=2048))
def test_any_bytes_are_a_table_or_are_refused(data: bytes) -> None:
    whole = disk()
    whole[SECTOR : SECTOR + len(data)] = data
    try:
        found = new_identities(read_from(whole), counting())
    except NoTable:
        return
    assert len(found) == 4
