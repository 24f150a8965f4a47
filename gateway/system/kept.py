"""What the core wants kept, in memory that has no name and that somebody else keeps open.

Four memory files (memfd_create(2)): the key that seals the records, the words, and two for the
records. All of it goes when the machine is switched off, or when nobody comes for it.
"""

import fcntl
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from struct import Struct
from typing import Final

from gateway.outputs import Fact, Forget, Keep, Output, What
from gateway.system.estate import Keeper
from gateway.system.records import Records
from gateway.system.shelf import Shelf

KEY, WORDS, ONE, OTHER = NAMES = ("kept-key", "kept-words", "kept-0", "kept-1")
KEY_SIZE: Final = 32  # bytes
_LOCK: Final = Struct("@hhqqi4x")  # struct flock
STARTS: Final = 0  # the word that counts starts since the last that went well
MOST_STARTS: Final = 3  # with what was found: it may be what ends them
CALM: Final = 10.0  # seconds after which a start has gone well


class Kept:
    """`found` are the records of an earlier process; `trouble` says why some are missing."""

    def __init__(
        self,
        keeper: Keeper,
        found: dict[str, int],
        stamp: bytes,
        random: Callable[[int], bytes],
    ) -> None:
        """`found` are descriptors by name, of which ours are taken; `stamp` says what the records
        look like. OSError without memory."""
        files = _files(keeper, found, random)
        records = Records((files[ONE], files[OTHER]), stamp)
        self.key = os.pread(files[KEY], KEY_SIZE, 0)
        self.words_file = files[WORDS]
        _end_workers(self.words_file)
        self.words = Shelf(self.words_file)
        self.found, self.trouble = records.found, records.trouble
        self._records = records
        self._calm_at: float | None = None
        self._tell_at: float | None = None
        self._broken = ""
        self._count_start()

    def carry_out(self, output: Keep | Forget) -> None:
        """Do as the core asks. Once there is no memory for it nothing is kept any more: what is
        older than what others have seen must not be taken up."""
        if self._broken:
            return
        try:
            if isinstance(output, Keep):
                self._records.put(output.number, output.data)
            else:
                self._records.forget(output.number)
        except OSError as error:
            self._broken = f"no memory for what a restart would need: {error.strerror}"
            self._records.clear()
            self._tell_at = 0.0

    def begin(self, now: float) -> None:
        """The start is over, and has to last from now on."""
        self._calm_at = now + CALM

    def deadline(self) -> float | None:
        return min((t for t in (self._calm_at, self._tell_at) if t is not None), default=None)

    def handle_timeout(self, now: float) -> list[Output]:
        """The start has gone well; or there was no memory, which is told."""
        if self._calm_at is not None and self._calm_at <= now:
            self._calm_at, self.words.word(STARTS)[0] = None, 0
        if self._tell_at is None:
            return []
        self._tell_at = None
        what = f"{self._broken}; sessions now end when Postern does: look for what uses the memory"
        return [Fact(What.TROUBLE, details={"what": what})]

    def _count_start(self) -> None:
        starts = self.words.word(STARTS)
        starts[0] = starts[0] + 1 if self.found else 0
        if starts[0] <= MOST_STARTS:
            return
        self.trouble = f"{starts[0] - 1} starts with it have ended within {CALM:.0f} s"
        for number in self.found:
            self._records.forget(number)
        self.found, starts[0] = {}, 0


def _end_workers(words: int) -> None:
    """Of an earlier daemon's workers none is left when this is over, so nobody counts any more.

    Each holds a lock on the words (fcntl_locking(2)), which goes with its process.
    """
    while True:
        asked = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, holder = _LOCK.unpack(fcntl.fcntl(words, fcntl.F_GETLK, asked))
        if kind == fcntl.F_UNLCK or holder <= 0:
            return
        with suppress(ProcessLookupError):
            os.kill(holder, signal.SIGKILL)
        os.sched_yield()


def _files(keeper: Keeper, found: dict[str, int], random: Callable[[int], bytes]) -> dict[str, int]:
    """Those of an earlier process, if all are there; else new ones."""
    if found.keys() >= set(NAMES):
        return {name: found.pop(name) for name in NAMES}
    for name in NAMES:
        if name in found:
            os.close(found.pop(name))
    files = {name: os.memfd_create(name, os.MFD_CLOEXEC) for name in NAMES}
    os.pwrite(files[KEY], random(KEY_SIZE), 0)
    for name, descriptor in files.items():
        keeper.drop(name)
        keeper.keep(name, descriptor)
    return files
