"""Images of a floppy and of a CD for old machines, by Debian's mtools and xorriso.

Names are of 8.3 already, so neither image has long names: FAT12 without VFAT's entries, ISO 9660 of
level 1 without Joliet or Rock Ridge. What is written depends on nothing but the files and their
day. The files lie in a folder for root's or the caller's eyes alone, and are gone afterwards.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gateway.control.changes_outputs import Refused
from gateway.system.run import Run, ToolFailed, ToolMissing, run

Files = Sequence[tuple[str, bytes]]
LABEL: Final = "POSTERNKIT"  # not POSTERN, which is the box's own USB stick
ROOM: Final = 2847 * 512  # bytes for files on a floppy of 1.44 MB
CLUSTER: Final = 512  # bytes
NOT_FOUND: Final = 127  # env(1): there is no such program
SERIAL: Final = "50535445"  # of the floppy: by chance, two of one kit would differ


def floppy(files: Files, day: date, tool: Run = run) -> bytes:
    """1.44 MB, as it is written to a disk by `dd`, or rawrite."""
    needed = sum(-(-len(data) // CLUSTER) * CLUSTER for _, data in files)
    if needed > ROOM:
        raise Refused(f"{needed >> 10} kB do not fit on a floppy", "Take a CD image instead")
    dated = ("env", f"SOURCE_DATE_EPOCH={_noon(day):.0f}")  # the label's own; files have theirs
    form = ("mformat", "-C", "-f", "1440", "-N", SERIAL, "-v", LABEL)
    with _laid_out(files, day) as (folder, image):
        with _needed("mtools", "floppy"):
            tool([*dated, *form, "-i", image, "::"], "")
            tool(["mcopy", "-m", "-i", image, *_paths(folder, files), "::"], "")
        return Path(image).read_bytes()


def compact_disc(files: Files, day: date, tool: Run = run) -> bytes:
    """As it is written to a CD by any program for that."""
    with _laid_out(files, day) as (folder, image):
        when = f"{day:%Y%m%d}00000000"
        with _needed("xorriso", "CD"):
            tool(
                [
                    *("xorriso", "-as", "mkisofs", "-quiet", "-iso-level", "1", "--norock"),
                    *("-V", LABEL, f"--modification-date={when}", "-o", image),
                    str(folder),
                ],
                "",
            )
        return Path(image).read_bytes()


CARRIERS: Final[dict[str, Callable[[Files, date], bytes]]] = {
    "floppy": floppy,
    "iso": compact_disc,
}


@contextmanager
def _laid_out(files: Files, day: date) -> Iterator[tuple[Path, str]]:
    """The files in a folder, all of that day's noon; and where the image is to be."""
    noon = _noon(day)
    with TemporaryDirectory(prefix="postern-kit-") as place:
        folder = Path(place) / "files"
        folder.mkdir(mode=0o700)
        for name, data in files:
            (folder / name).write_bytes(data)
            os.utime(folder / name, (noon, noon))
        os.utime(folder, (noon, noon))
        yield folder, str(Path(place) / "image")


@contextmanager
def _needed(package: str, what: str) -> Iterator[None]:
    try:
        yield
    except ToolFailed as error:
        if not isinstance(error, ToolMissing) and error.status != NOT_FOUND:
            raise
        raise Refused(
            f"a {what} image needs {package}, which is not installed here",
            f"apt-get install {package}; or take the kit as a ZIP or a folder",
        ) from error


def _noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def _paths(folder: Path, files: Files) -> list[str]:
    return [str(folder / name) for name, _ in files]
