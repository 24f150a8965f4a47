"""Records by number, in two files of memory of which one is in force.

A record is added at the end, whole; a new one of the same number takes the place of the one before.
When most of the file is of no use any more, what still holds is written to the other file, which
then is in force. Whoever was stopped in the middle of a record has not written it.
"""

import os
from struct import Struct
from typing import Final

MAGIC: Final = b"postern\0"
STAMP: Final = 32  # bytes
LARGE: Final = 1 << 20  # bytes of a file that are not worth a look
LONGEST: Final = 1 << 22  # bytes of a record
_HEAD = Struct(f"!8s{STAMP}sQ")  # magic, stamp, generation
_RECORD = Struct("!QI")  # number and length; an empty one takes the record away


class Records:
    """`found` are those that were there; `trouble` says why some are not, if that is so."""

    def __init__(self, descriptors: tuple[int, int], stamp: bytes) -> None:
        """`stamp` says what the records are like: those of another stamp are dropped."""
        self.found: dict[int, bytes] = {}
        self.trouble = ""
        self._files, self._stamp = descriptors, stamp
        self._living: dict[int, bytes] = {}
        self._generation, self._current = max(
            (self._generation_of(file), place) for place, file in enumerate(descriptors)
        )
        if self._generation:
            self._load()
            self.found = dict(self._living)
        self._switch()

    def put(self, number: int, data: bytes) -> None:
        """OSError if there is no memory for it."""
        self._living[number] = data
        self._add(number, data)

    def forget(self, number: int) -> None:
        if self._living.pop(number, None) is not None:
            self._add(number, b"")

    def clear(self) -> None:
        """Nothing is there any more, nor is any memory used."""
        self._living.clear()
        self._end = 0
        for file in self._files:
            os.ftruncate(file, 0)

    def _add(self, number: int, data: bytes) -> None:
        whole = _RECORD.pack(number, len(data)) + data
        self._write(whole, self._end)
        self._end += len(whole)
        if self._end > LARGE and self._end > 2 * sum(map(len, self._living.values())):
            self._switch()

    def _switch(self) -> None:
        """What holds is written to the other file, its head last."""
        before, self._current = self._current, 1 - self._current
        self._generation += 1
        os.ftruncate(self._files[self._current], 0)
        body = b"".join(
            _RECORD.pack(number, len(data)) + data for number, data in self._living.items()
        )
        self._write(body, _HEAD.size)
        self._end = _HEAD.size + len(body)
        self._write(_HEAD.pack(MAGIC, self._stamp, self._generation), 0)
        os.ftruncate(self._files[before], 0)

    def _write(self, data: bytes, at: int) -> None:
        while data:
            written = os.pwrite(self._files[self._current], data, at)
            data, at = data[written:], at + written

    def _generation_of(self, file: int) -> int:
        """0 for a file that is empty or none of ours."""
        head = os.pread(file, _HEAD.size, 0)
        if len(head) != _HEAD.size:
            return 0
        magic, _, generation = _HEAD.unpack(head)
        return int(generation) if magic == MAGIC else 0

    def _load(self) -> None:
        file = self._files[self._current]
        data = os.pread(file, os.fstat(file).st_size, 0)
        if _HEAD.unpack_from(data)[1] != self._stamp:
            self.trouble = "it is another version's"
            return
        at = _HEAD.size
        while at + _RECORD.size <= len(data):
            number, length = _RECORD.unpack_from(data, at)
            at += _RECORD.size
            if length > LONGEST or at + length > len(data):
                break  # this one was not finished
            self._living[number] = data[at : at + length]
            at += length
            if not length:
                del self._living[number]
