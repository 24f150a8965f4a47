"""What is being built: its version, and the one date that every file in it carries."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image.programs import Failed, run

COMPATIBLE: Final = "postern-amd64"
SCHEMA: Final = 1  # of the configuration; an update with an older one is refused
NO_HISTORY: Final = 1767225600  # seconds: 2026-01-01, the date of a tree without its history


@dataclass(frozen=True, slots=True)
class Release:
    """`epoch` in seconds since 1970; `commit` is empty in a tree without history."""

    version: str
    epoch: int
    commit: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {"SOURCE_DATE_EPOCH": str(self.epoch)}


def read_release(project: Path, version: str | None = None) -> Release:
    """From pyproject.toml and git. `version` in place of the file's, for tests of updates."""
    with open(project / "pyproject.toml", "rb") as file:
        found = tomllib.load(file)["project"]["version"]
    try:
        head = run(["git", "-C", project, "log", "-1", "--format=%H %ct"]).split()
        changed = run(["git", "-C", project, "status", "--porcelain", "-uno"]).strip()
    except Failed:
        return Release(version or found, NO_HISTORY)
    return Release(version or found, int(head[1]), head[0][:12] + ("+changed" if changed else ""))
