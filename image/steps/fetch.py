"""Fetch the locked packages, each only once, and make of a set a small archive of exactly these."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from image.lock import Package
from image.mirror import SUITE, Mirrors
from image.programs import Failed, run

HELPER: Final = "/usr/lib/apt/apt-helper"  # fetches as apt does, through the same proxy
AT_ONCE: Final = 40


def fetch(packages: Iterable[Package], mirrors: Mirrors, debs: Path) -> int:
    """How many had to be fetched. What does not have the locked sum is refused."""
    missing = [one for one in packages if not _is_there(one, debs)]
    for start in range(0, len(missing), AT_ONCE):
        _download(missing[start : start + AT_ONCE], mirrors, debs)
    for one in missing:
        if not _is_there(one, debs):
            raise Failed(f"{one.deb} is not the one in packages.lock")
    return len(missing)


def _download(packages: list[Package], mirrors: Mirrors, debs: Path) -> None:
    command = [HELPER, "download-file"]
    for one in packages:
        uri = f"{mirrors.address(one.mirror)}/{one.file.replace('+', '%2b')}"
        command += [uri, str(debs / one.deb), f"SHA256:{one.sha256}"]
    try:
        run(command)
    except Failed as failure:
        raise Failed(
            f"a locked package cannot be fetched: {failure}",
            "If the mirror has newer ones: `python -m image lock` takes these into packages.lock",
        ) from None


def _is_there(one: Package, debs: Path) -> bool:
    """apt names the file as the mirror does, or with its own escapes: ours is the lock's name."""
    place = debs / one.deb
    if not place.is_file() or place.stat().st_size != one.size:
        return False
    with open(place, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == one.sha256


def make_archive(packages: Iterable[Package], what: str, debs: Path, place: Path) -> str:
    """An apt source, for mmdebstrap, that offers the packages of one set and nothing else."""
    place.mkdir(parents=True, exist_ok=True)
    stanzas = [_stanza(one, debs) for one in sorted(packages) if one.is_for(what)]
    (place / "Packages").write_text("\n".join(stanzas))
    (place / "Release").write_text(f"Suite: {SUITE}\nCodename: {SUITE}\nArchitectures: amd64\n")
    link = place / "debs"
    link.unlink(missing_ok=True)
    link.symlink_to(debs)
    return f"deb [trusted=yes] copy:{place} ./"


def _stanza(one: Package, debs: Path) -> str:
    control = run(["dpkg-deb", "--field", debs / one.deb])
    return f"{control}Filename: debs/{one.deb}\nSize: {one.size}\nSHA256: {one.sha256}\n"
