"""Who did what to the box: a line each, in the journal and on the data partition, bounded."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.control.changes_outputs import Who
from gateway.control.problems import printable
from gateway.system.box.places import Places

NAME: Final = "audit.log"
LARGEST: Final = 128 << 10  # bytes; then it becomes the old one, and the old one before goes
LONGEST: Final = 400  # letters of a line


class Audit:
    """Calling it writes a line. A disk that takes none is told to the journal, and work goes on."""

    def __init__(
        self, places: Places, tell: Callable[[str], None], wall: Callable[[], float]
    ) -> None:
        self.path: Path = places.state / NAME
        self._tell = tell
        self._wall = wall

    def __call__(self, who: Who, what: str) -> None:
        text = printable(f"{who}: {what}")[:LONGEST]
        self._tell(f"audit: {text}")
        when = datetime.fromtimestamp(self._wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            self._make_room()
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(f"{when} {text}\n")
        except OSError as error:
            self._tell(f"the audit could not be written: {error.strerror or error}")

    def _make_room(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size >= LARGEST:
            self.path.replace(self.path.with_suffix(".old"))
        if not self.path.exists():
            self.path.touch(0o600)
