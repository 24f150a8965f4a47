"""What the box itself has of figures, in a file that the exporter may read.

The exporter faces the network and may not ask the agent: it is told, by a file in memory, and can
say nothing back. There is no file while nobody wants figures.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.control.metrics import Sample, samples_from_json, samples_to_json
from gateway.system.box.disk import read_record, write_file

EVERY: Final = 10.0  # seconds between two looks
PLACE: Final = "run/postern-metrics/box.json"  # below the machine's root


@dataclass(frozen=True, slots=True)
class OfBox:
    """What the file says. `at` is the clock since the machine's start, in seconds."""

    version: str = ""
    slot: str = ""
    board: str = ""
    at: float | None = None  # None: there is no box, or it has told nothing
    samples: tuple[Sample, ...] = ()


class Figures:
    """Writes them, as long as `wanted` says so. `status` is the desk's own."""

    def __init__(
        self,
        root: Path,
        wanted: Callable[[], bool],
        status: Callable[[float], Mapping[str, Any]],
        now: float,
        *,
        board_known: bool,
    ) -> None:
        self._root, self._wanted, self._status = root, wanted, status
        self._board_known = board_known
        self._due = now
        self._pending_since: float | None = None

    def deadline(self) -> float:
        return self._due

    def handle_timeout(self, now: float) -> None:
        if now < self._due:
            return
        self._due = now + EVERY
        path = self._root / PLACE
        if not self._wanted():
            path.unlink(missing_ok=True)
            return
        status = self._status(now)
        self._watch_pending(status, now)
        told = {
            "version": status.get("version", ""),
            "slot": status.get("slots", {}).get("booted", ""),
            "board": status.get("board", {}).get("id", ""),
            "at": now,
            "samples": samples_to_json(self._samples(status, now)),
        }
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        write_file(path, json.dumps(told).encode(), 0o644)

    def _watch_pending(self, status: Mapping[str, Any], now: float) -> None:
        if not status.get("pending"):
            self._pending_since = None
        elif self._pending_since is None:
            self._pending_since = now

    def _samples(self, status: Mapping[str, Any], now: float) -> Iterator[Sample]:
        since = self._pending_since
        waited = 0.0 if since is None else round(now - since, 1)
        yield Sample("postern_config_unconfirmed_seconds", waited)
        yield Sample("postern_clock_trusted", bool(status.get("clock_ok")))
        yield Sample("postern_board_known", self._board_known)
        yield Sample("postern_watchdog_armed", watchdog_armed(self._root))
        slots = {name: one for name, one in status.get("slots", {}).items() if name != "booted"}
        booted = status.get("slots", {}).get("booted", "")
        for name, slot in slots.items():
            yield Sample("postern_slot_good", slot["state"] == "good", {"slot": name})
        left = [name for name, one in slots.items() if name != booted and one["state"] == "bad"]
        yield Sample("postern_boot_fallbacks", len(left))
        for disk, used in disk_use(self._root):
            yield Sample("postern_disk_used_ratio", used, {"disk": disk})


def watchdog_armed(root: Path) -> bool:
    """Whether one is, of those that the kernel has."""
    dogs = (root / "sys/class/watchdog").glob("watchdog[0-9]*/state")
    return any(_read(dog).strip() == "active" for dog in dogs)


def disk_use(root: Path) -> Iterator[tuple[str, float]]:
    """Shares of their lives that eMMC chips say are used (JESD84-B51, EXT_CSD 268 and 269)."""
    for path in sorted((root / "sys/block").glob("mmcblk*/device/life_time")):
        try:
            tenths = max((int(word, 16) for word in _read(path).split()), default=0)
        except ValueError:
            continue
        if tenths:  # 0 means that it does not say
            yield path.parents[1].name, min(tenths, 11) / 10


def read_figures(path: Path) -> OfBox:
    """What the agent has told; nothing where it has not, or on a machine that is no box."""
    found = read_record(path)
    texts = {name: str(found.get(name, "")) for name in ("version", "slot", "board")}
    at = found.get("at")
    try:
        samples = tuple(samples_from_json(found["samples"]))
    except (KeyError, ValueError):
        return OfBox()
    return OfBox(**texts, at=float(at) if isinstance(at, int | float) else None, samples=samples)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
