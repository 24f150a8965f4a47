"""A GUID partition table as bytes (UEFI specification 2.10, 5.3): new identities for a new box.

Two boxes flashed from one image would otherwise have disks that nobody can tell apart.
"""

import struct
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SECTOR: Final = 512  # bytes
SIGNATURE: Final = b"EFI PART"
HEADER: Final = struct.Struct("<8sIIIIQQQQ16sQIII")
ENTRY_IDENTITY: Final = slice(16, 32)
EMPTY: Final = bytes(16)
MOST_ENTRIES: Final = 1024

ReadAt = Callable[[int, int], bytes]
"""Offset and length, in bytes."""


class NoTable(ValueError):
    """The bytes are no partition table, or one that was damaged."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Bytes and where they go."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Table:
    at: int  # sector of the header
    fields: tuple[bytes | int, ...]
    entries: bytes

    @property
    def other(self) -> int:
        return int(self.fields[6])

    @property
    def entries_at(self) -> int:
        return int(self.fields[10])


def new_identities(read: ReadAt, random: Callable[[int], bytes]) -> list[Patch]:
    """For both copies of the table. The box finds partitions by name and place, not by these."""
    first = _read_table(read, 1)
    second = _read_table(read, first.other)
    size = int(first.fields[12])
    entries = bytearray(first.entries)
    for start in range(0, len(entries), size):
        if entries[start : start + 16] != EMPTY:
            place = slice(start + ENTRY_IDENTITY.start, start + ENTRY_IDENTITY.stop)
            entries[place] = _identity(random)
    disk = _identity(random)
    return [patch for table in (first, second) for patch in _patches(table, disk, bytes(entries))]


def _identity(random: Callable[[int], bytes]) -> bytes:
    return uuid.UUID(bytes=random(16), version=4).bytes_le


def _read_table(read: ReadAt, sector: int) -> _Table:
    raw = read(sector * SECTOR, HEADER.size)
    if len(raw) < HEADER.size or not raw.startswith(SIGNATURE):
        raise NoTable(f"there is no partition table at sector {sector}")
    fields = HEADER.unpack(raw)
    if zlib.crc32(_packed(fields, checksum=0)) != fields[3] or fields[5] != sector:
        raise NoTable(f"the partition table at sector {sector} is damaged")
    count, size = fields[11], fields[12]
    if not 0 < count <= MOST_ENTRIES or size < 128:
        raise NoTable("a partition table of this size is not one of ours")
    entries = read(fields[10] * SECTOR, count * size)
    if zlib.crc32(entries) != fields[13]:
        raise NoTable(f"the entries of the partition table at sector {sector} are damaged")
    return _Table(sector, fields, entries)


def _packed(fields: tuple[bytes | int, ...], checksum: int) -> bytes:
    return HEADER.pack(*fields[:3], checksum, *fields[4:])


def _patches(table: _Table, disk: bytes, entries: bytes) -> list[Patch]:
    fields = (*table.fields[:9], disk, *table.fields[10:13], zlib.crc32(entries))
    header = _packed(fields, zlib.crc32(_packed(fields, checksum=0)))
    return [Patch(table.at * SECTOR, header), Patch(table.entries_at * SECTOR, entries)]
