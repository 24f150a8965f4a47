"""The verb `flash`: the image onto a disk, here or over SSH, and read back.

Nothing is written before all is known to fit: the disk is whole, large enough, not in use, and its
name was typed. Every box gets identities of its own.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from image.gpt import SECTOR, Patch, new_identities
from image.programs import Failed

CHUNK: Final = 4 << 20  # bytes
LEAST: Final = 1000 << 20  # bytes: three systems, and something for the data


@dataclass(frozen=True, slots=True)
class Disk:
    """What was found at the name given. `uses` says what would be lost or broken."""

    name: str
    size: int
    model: str
    uses: tuple[str, ...]


class Target(Protocol):
    """A disk that can be looked at, written to and read back."""

    def look(self) -> Disk: ...

    def write(self, chunks: Iterator[bytes]) -> None: ...

    def digest(self, length: int) -> str:
        """SHA-256 of what is on the disk now, not in any cache."""
        ...


def check_disk(disk: Disk, needed: int) -> None:
    """`Failed` with one sentence if it is not to be written to."""
    if disk.uses:
        what = f"{disk.name} is in use: {', '.join(disk.uses)}"
        raise Failed(what, "Unmount it, or look whether it is the right disk")
    if disk.size < max(needed, LEAST):
        have, want = disk.size >> 20, max(needed, LEAST) >> 20
        raise Failed(f"{disk.name} has {have} MiB, Postern needs {want}", "Take a larger disk")


def flash(
    image: Path,
    target: Target,
    ask: Callable[[str], str],
    random: Callable[[int], bytes] = os.urandom,
) -> str:
    """Write and verify; the digest. `ask` gets the question and returns what was typed."""
    disk = target.look()
    size = image.stat().st_size
    check_disk(disk, size)
    print(f"{disk.name}: {disk.model or 'no model name'}, {disk.size / 1e9:.1f} GB")
    print("Everything on it will be lost.")
    if ask(f"Type the name of the disk ({disk.name}) to go on: ").strip() != disk.name:
        raise Failed("the name is another", "Nothing was written")
    with open(image, "rb") as file:
        patches = new_identities(_reader(file.fileno()), random)
    wanted = hashlib.sha256()
    target.write(_counted(patched(image, patches), wanted.update))
    found = target.digest(size)
    if found != wanted.hexdigest():
        raise Failed(
            f"{disk.name} does not hold what was written to it",
            "The disk or its cable is bad: do not use it",
        )
    return found


def patched(image: Path, patches: list[Patch]) -> Iterator[bytes]:
    """The image in chunks, with the patches in their places."""
    with open(image, "rb") as file:
        place = 0
        while chunk := bytearray(file.read(CHUNK)):
            for patch in patches:
                _put(chunk, patch, place)
            yield bytes(chunk)
            place += len(chunk)


def _put(chunk: bytearray, patch: Patch, place: int) -> None:
    start = max(patch.offset, place)
    end = min(patch.offset + len(patch.data), place + len(chunk))
    if start < end:
        chunk[start - place : end - place] = patch.data[start - patch.offset : end - patch.offset]


def _counted(chunks: Iterator[bytes], see: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        see(chunk)
        yield chunk


def _reader(fd: int) -> Callable[[int, int], bytes]:
    return lambda offset, length: os.pread(fd, length, offset)


class LocalDisk:
    """A disk of this machine. `root` is for tests that look at a tree of files."""

    def __init__(self, path: Path, root: Path = Path("/")) -> None:
        self._path = path
        self._root = root

    def look(self) -> Disk:
        name = self._path.resolve().name
        place = self._root / "sys/class/block" / name
        if not place.is_dir():
            raise Failed(f"{self._path} is no disk", "`lsblk` shows the disks of this machine")
        if (place / "partition").exists():
            raise Failed(f"{self._path} is a partition", "Name the whole disk")
        return Disk(
            str(self._path),
            int((place / "size").read_text()) * SECTOR,
            _text(place / "device/model"),
            tuple(self._uses(place)),
        )

    def _uses(self, place: Path) -> Iterator[str]:
        parts = [place, *(one.parent for one in place.glob("*/partition"))]
        names = {one.name for one in parts}
        for line in _text(self._root / "proc/self/mounts").splitlines():
            source, where = line.split(" ")[:2]
            if source.removeprefix("/dev/") in names:
                yield f"mounted at {where}"
        for line in _text(self._root / "proc/swaps").splitlines()[1:]:
            if line.split()[0].removeprefix("/dev/") in names:
                yield "used as swap"
        for part in parts:
            for holder in sorted((part / "holders").glob("*")):
                yield f"held by {holder.name}"

    def write(self, chunks: Iterator[bytes]) -> None:
        """Exclusive: the kernel refuses if somebody mounts it now."""
        with ExitStack() as stack:
            disk = os.open(self._path, os.O_WRONLY | os.O_EXCL | os.O_CLOEXEC)
            stack.callback(os.close, disk)
            first = next(chunks)
            os.lseek(disk, len(first), os.SEEK_SET)
            for chunk in chunks:
                _write_all(disk, chunk)
            os.fsync(disk)
            os.lseek(disk, 0, os.SEEK_SET)
            _write_all(disk, first)
            os.fsync(disk)

    def digest(self, length: int) -> str:
        found = hashlib.sha256()
        disk = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.posix_fadvise(disk, 0, 0, os.POSIX_FADV_DONTNEED)
            while length and (chunk := os.read(disk, min(length, CHUNK))):
                found.update(chunk)
                length -= len(chunk)
        finally:
            os.close(disk)
        return found.hexdigest()


def _write_all(fd: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(fd, view) :]


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
