"""Where the build keeps things: all under one folder that can be thrown away, but for the keys."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[1]
IMAGE: Final = PROJECT / "image"
LOCK: Final = IMAGE / "packages.lock"


@dataclass(frozen=True, slots=True)
class Places:
    """`build` is the folder that `make clean` removes."""

    build: Path

    @property
    def debs(self) -> Path:
        """Every Debian package ever fetched: what rebuilds an old image."""
        return self._made("debs")

    @property
    def keys(self) -> Path:
        """The key that signs updates. Never committed; losing it means flashing anew."""
        return self._made("keys", 0o700)

    @property
    def work(self) -> Path:
        return self._made("work")

    @property
    def tools(self) -> Path:
        """A small Debian of the image's own release: its tools do not depend on this machine's."""
        return self.build / "image" / "tools"

    def image(self, version: str) -> Path:
        return self.build / f"postern-{version}-amd64.img"

    def bundle(self, version: str) -> Path:
        return self.build / f"postern-{version}-amd64.raucb"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Two builds in one folder would take each other's files: the second waits."""
        with open(self.work.parent / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("image: another build is under way here; waiting for its end", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _made(self, name: str, mode: int = 0o755) -> Path:
        parent = self.build if name == "keys" else self.build / "image"
        place = parent / name
        place.mkdir(mode=mode, parents=True, exist_ok=True)
        return place
