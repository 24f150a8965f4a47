"""Where files for people go: a folder in RAM from which administrators fetch them, or a USB stick.

The agent is root, and who asks is not: so nobody else's path is ever written to.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.control.changes_outputs import Refused
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, ToolFailed, run

STICK: Final = ("usb", "stick")
BUNDLE: Final = ".raucb"
MOST_FILES: Final = 20  # in RAM; the oldest make room
LARGEST: Final = 32 << 20  # bytes of them all
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Outlet:
    """`group` may read what is put out; None leaves it to the owner of the agent."""

    def __init__(self, places: Places, group: int | None, tool: Run = run) -> None:
        self._places = places
        self._group = group
        self._run = tool

    def put(self, wanted: str, name: str, data: bytes) -> Path:
        """Write `data` where `wanted` says ("", a plain name, or "usb"); where that was."""
        if wanted in STICK:
            with self.stick(writable=True) as folder:
                write_file(folder / name, data)
            return Path("usb") / name
        path = self.place(wanted, name)
        self._make_room(len(data))
        write_file(path, data, 0o640)
        self._give(path)
        return path

    def place(self, wanted: str, name: str) -> Path:
        """A path in the folder; `Refused` for one that is elsewhere."""
        given = Path(wanted) if wanted else Path(name)
        if given.is_absolute() and given.parent != self._places.files:
            what = f"files are put into {self._places.files}, or on a stick: usb"
            raise Refused(what, "Write a plain name, or nothing")
        if not _NAME.fullmatch(given.name) or (
            not given.is_absolute() and given.name != str(given)
        ):
            raise Refused("that is no plain name for a file", "Use letters, digits and dots")
        return self._places.files / given.name

    @contextmanager
    def stick(self, *, writable: bool = False) -> Iterator[Path]:
        """The stick labelled POSTERN for the length of a `with`; `Refused` without one."""
        if not self._places.stick.exists():
            raise Refused("there is no USB stick labelled POSTERN", "Put one in, and try again")
        mount = self._places.mount
        mount.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = "nosuid,nodev,noexec," + ("rw" if writable else "ro")
        try:
            self._run(["mount", "-o", options, str(self._places.stick), str(mount)], "")
        except ToolFailed as error:
            what = "the stick cannot be used" + (" for writing" if writable else "")
            raise Refused(what, "It should have one FAT partition") from error
        try:
            yield mount
        finally:
            self._let_go(mount)

    def _let_go(self, mount: Path) -> None:
        """RAUC may hold an update it has refused for a moment more; then the kernel waits for it.

        What was to be said of the update must not be lost for that.
        """
        try:
            self._run(["umount", str(mount)], "")
        except ToolFailed:
            self._run(["umount", "--lazy", str(mount)], "")

    @contextmanager
    def update(self, wanted: str) -> Iterator[Path]:
        """The update that is meant: a file, a folder with one in it, or the stick ("" too)."""
        if wanted and wanted not in STICK:
            yield _bundle_in(Path(wanted))
            return
        with self.stick() as folder:
            yield _bundle_in(folder)

    def _give(self, path: Path) -> None:
        if self._group is not None:
            os.chown(path, -1, self._group)
            os.chown(path.parent, -1, self._group)
        path.parent.chmod(0o750)

    def _make_room(self, size: int) -> None:
        """RAM is short on these boxes."""
        if size > LARGEST:
            raise Refused(f"{size >> 20} MB are too much to be kept in RAM", "Use a stick: usb")
        folder = self._places.files
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        age: Callable[[Path], float] = lambda path: path.stat().st_mtime  # noqa: E731
        kept = sorted(folder.iterdir(), key=age, reverse=True)
        for number, path in enumerate(kept, start=1):
            size += path.stat().st_size
            if size > LARGEST or number >= MOST_FILES:
                path.unlink()


def _bundle_in(path: Path) -> Path:
    """The one bundle of a folder; a file is itself."""
    if not path.is_dir():
        return path
    found = sorted(path.glob(f"*{BUNDLE}"))
    if len(found) != 1:
        what = "no update is" if not found else f"{len(found)} updates are"
        raise Refused(f"{what} in that folder", f"Name the one file that ends in {BUNDLE}")
    return found[0]
