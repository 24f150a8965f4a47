"""The configuration's files: each is wholly the old one or wholly the new one, whatever happens.

A file is written beside its place, brought to the disk, renamed, and the folder brought to the disk
(rename(2), fsync(2)). A full disk costs the oldest of the history, never a file that is in use.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from gateway.control import changes_files as files
from gateway.control.changes_files import Active, Draft, Entry, Found, Pending, record_from
from gateway.control.changes_outputs import StoreFailed
from gateway.control.limits import LARGEST_FILE

DEFAULT_FOLDER: Final = Path("/data/postern")
NEW: Final = ".new"  # behind the name of a file that is being written
HISTORY: Final = "history"
LEAST_KEPT: Final = 3  # of the history, however full the disk is
DAMAGED: Final = "\ufffd"  # in the place of a file that cannot be read: it is no TOML
_RECORD: Final = re.compile(r"([0-9]{4,9})\.json")
_TEXT: Final = re.compile(r"([0-9]{4,9})\.toml")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class Disk(Protocol):
    """What the store does to a disk, one step each. Every step may raise OSError."""

    def names(self, folder: Path) -> list[str]: ...

    def read(self, path: Path) -> bytes: ...

    def make_folder(self, path: Path) -> None: ...

    def write(self, path: Path, data: bytes) -> None: ...

    def sync(self, path: Path) -> None: ...

    def rename(self, path: Path, to: Path) -> None: ...

    def unlink(self, path: Path) -> None: ...


class RealDisk:
    """The machine's own. Files and folders are for their owner alone."""

    def names(self, folder: Path) -> list[str]:
        return os.listdir(folder)

    def read(self, path: Path) -> bytes:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "Not a plain file")
            return file.read(LARGEST_FILE + 1)

    def make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "wb") as file:
            file.write(data)

    def sync(self, path: Path) -> None:
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    def rename(self, path: Path, to: Path) -> None:
        path.replace(to)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)


class Store:
    """The files below one folder, by the names that `control/changes_files.py` gives them."""

    def __init__(self, folder: Path = DEFAULT_FOLDER, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk: Disk = disk or RealDisk()

    def load(self) -> Found:
        """Everything that is there; leftovers of a power cut are taken away."""
        with suppress(OSError):
            self._disk.make_folder(self._folder)
            self._disk.make_folder(self._folder / HISTORY)
            self._disk.sync(self._folder)
        self._tidy()
        return Found(
            saved=self._read(files.SAVED),
            running=self._read(files.RUNNING),
            candidate=self._read(files.CANDIDATE),
            draft=record_from(Draft, self._read(files.DRAFT)),
            pending=record_from(Pending, self._read(files.PENDING)),
            active=record_from(Active, self._read(files.ACTIVE)),
            history=tuple(self._entries()),
            text_of=self.text,
        )

    def text(self, number: int) -> str | None:
        """A configuration of the history."""
        return self._read(files.history_text(number))

    def write(self, name: str, text: str) -> None:
        data = text.encode()
        while True:
            try:
                self._replace(self._folder / name, data)
            except OSError as error:
                if error.errno in _FULL and self._forget_oldest():
                    continue
                raise StoreFailed(_words(error)) from error
            return

    def remove(self, name: str) -> None:
        path = self._folder / name
        try:
            self._disk.unlink(path)
            self._disk.sync(path.parent)
        except OSError as error:
            raise StoreFailed(_words(error)) from error

    def _replace(self, path: Path, data: bytes) -> None:
        new = path.with_name(path.name + NEW)
        try:
            self._disk.write(new, data)
            self._disk.sync(new)
            self._disk.rename(new, path)
        except OSError:
            with suppress(OSError):
                self._disk.unlink(new)
            raise
        self._disk.sync(path.parent)

    def _read(self, name: str) -> str | None:
        """None if there is no such file; text that nothing accepts if it cannot be read."""
        try:
            return self._disk.read(self._folder / name).decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return DAMAGED

    def _entries(self) -> Iterator[Entry]:
        names = set(self._names(HISTORY))
        for number in sorted(_numbers(_RECORD, names)):
            entry = record_from(Entry, self._read(files.history_record(number)))
            if entry is not None and files.history_text(number).split("/")[1] in names:
                yield replace(entry, number=number)

    def _forget_oldest(self) -> bool:
        """Whether something could be taken away."""
        numbers = sorted(_numbers(_TEXT, self._names(HISTORY)))
        if len(numbers) <= LEAST_KEPT:
            return False
        with suppress(OSError):
            self._disk.unlink(self._folder / files.history_record(numbers[0]))
            self._disk.unlink(self._folder / files.history_text(numbers[0]))
            return True
        return False

    def _tidy(self) -> None:
        """Take away what was not finished: new files without their place, texts without record."""
        names = self._names(HISTORY)
        records = set(_numbers(_RECORD, names))
        loose = [files.history_text(one) for one in _numbers(_TEXT, names) if one not in records]
        loose += [f"{HISTORY}/{name}" for name in names if name.endswith(NEW)]
        loose += [name for name in self._names("") if name.endswith(NEW)]
        for name in loose:
            with suppress(OSError):
                self._disk.unlink(self._folder / name)

    def _names(self, folder: str) -> list[str]:
        try:
            return self._disk.names(self._folder / folder)
        except OSError:
            return []


def _numbers(pattern: re.Pattern[str], names: Iterable[str]) -> list[int]:
    return [int(found[1]) for name in names if (found := pattern.fullmatch(name))]


def _words(error: OSError) -> str:
    return (error.strerror or "the disk refuses it").lower()
