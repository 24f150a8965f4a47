"""The two places of the system, and putting an update in the one that is not in use (RAUC).

RAUC checks the signature before anything else, whatever the bundle came by; here its answers become
sentences. Nothing is changed before it has said yes to all of it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from gateway.control.changes_outputs import Refused
from gateway.control.problems import shown
from gateway.system.box.disk import read_record, write_record
from gateway.system.box.health import system_of
from gateway.system.box.places import Places
from gateway.system.run import Result, Run, ToolFailed, follow, run

PATIENCE: Final = 90.0  # seconds: RAUC's service starts with the first question, slowly
SHIPPED: Final = "A"  # the slot that a box comes with; RAUC knows of no bundle there
SHIPPED_RECORD: Final = "shipped.json"
INSTALL_LIMIT: Final = 3600.0  # seconds: a slow stick in a slow box
_PROGRESS: Final = re.compile(r"^\s*(\d{1,3})% ")
_LAST_ERROR: Final = re.compile(r"LastError: (.*)|^.*rror[^:]*: (.*)$", re.MULTILINE)
Follow = Callable[[list[str], Callable[[str], None], float], None]
# What RAUC says, and what a person wants to hear of it.
_SENTENCES: Final = (
    (("signature", "certificate"), "its signature is not one this box trusts"),
    (("not a bundle", "invalid bundle", "magic", "squashfs"), "the file is no update of Postern"),
    (("compatible",), "it is for another kind of box"),
    (
        ("handler error: child process exited with code 10",),
        "it is older than the configuration: its Postern could not read it",
    ),
    (
        ("handler error: child process exited with code 11",),
        "the data partition is full: look at /data/upload",
    ),
    (("no space", "too small", "larger than"), "it does not fit"),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place. `state` is "good", "bad", "empty", or "trying" until it has proved itself."""

    name: str
    state: str = "empty"
    version: str = ""  # empty for the one the box came with: no update has put it there
    installed: str = ""  # when, as RAUC writes it
    booted: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`state` is "idle", "installing", "done" or "failed"."""

    state: str = "idle"
    percent: int = 0
    error: str = ""


def patient(argv: Sequence[str], stdin: str = "") -> Result:
    """A slot is not bad because a slow box took its time to say that it is good; what is not RAUC
    has the time that programs have."""
    return run(argv, stdin, PATIENCE) if argv[0] == "rauc" else run(argv, stdin)


class Slots:
    """What RAUC is asked. One update at a time; `progress` is what is known of the last."""

    def __init__(self, tool: Run = patient, following: Follow = follow) -> None:
        self.progress = Progress()
        self._run = tool
        self._follow = following

    def read(self) -> list[Slot]:
        """A and B; none at all where there is no RAUC."""
        try:
            said = self._run(["rauc", "status", "--detailed", "--output-format=json"], "").stdout
            return read_status(json.loads(said))
        except (ToolFailed, ValueError):
            return []

    def check(self, path: Path) -> str:
        """The version in the bundle; `Refused` with one sentence if it is not to be installed."""
        if not path.is_absolute():
            raise Refused("an update is named by its whole path", "For example /run/update.raucb")
        if not path.is_file():
            raise Refused(f"there is no file {shown(path)}", "Look at the name, or at the stick")
        try:
            said = self._run(["rauc", "info", "--output-format=json", str(path)], "").stdout
            return str(json.loads(said).get("version", ""))
        except ToolFailed as error:
            raise Refused(sentence(error.stderr), "Nothing has changed") from error
        except (ValueError, AttributeError):
            return ""

    def install(self, path: Path) -> None:
        """Blocks for minutes. `Refused` with one sentence if it came to nothing."""
        self.progress = Progress("installing")
        try:
            self._follow(["rauc", "install", str(path)], self._note, INSTALL_LIMIT)
        except ToolFailed as error:
            why = sentence(error.stderr)
            self.progress = replace(self.progress, state="failed", error=why)
            raise Refused(why, "Nothing has changed: the other slot is as before") from error
        self.progress = Progress("done", 100)

    def roll_back(self) -> str:
        """The next start is from the other slot; its name."""
        slots = {slot.name: slot for slot in self.read()}
        other = next((slot for slot in slots.values() if not slot.booted), None)
        if other is None or other.state == "empty":
            raise Refused("there is no other system to go back to", "Install one: upgrade")
        if other.state == "bad":
            what = f"slot {other.name} did not start well, and is not trusted"
            raise Refused(what, "Install a good system there: upgrade")
        self._run(["rauc", "status", "mark-active", "other"], "")
        return other.name

    def mark_good(self) -> None:
        self._run(["rauc", "status", "mark-good"], "")

    def mark_bad(self) -> None:
        """The system that runs: the next start is from the other slot."""
        self._run(["rauc", "status", "mark-bad"], "")

    def _note(self, line: str) -> None:
        found = _PROGRESS.match(line)
        if found:
            self.progress = Progress("installing", min(int(found[1]), 99))


def read_status(found: Any) -> list[Slot]:
    """From `rauc status --detailed --output-format=json`; ValueError if it is not that."""
    slots = found.get("slots") if isinstance(found, dict) else None
    if not isinstance(slots, list):
        raise ValueError("no list of slots")
    rows = [row for one in slots if isinstance(one, dict) for row in one.values()]
    found = [_slot(row) for row in rows if isinstance(row, dict) and row.get("bootname")]
    return sorted(found, key=lambda slot: slot.name)


def _slot(row: dict[str, Any]) -> Slot:
    status = row.get("slot_status") or {}
    bundle = status.get("bundle") or {}
    installed = status.get("installed") or {}
    booted = row.get("state") == "booted"
    name, good = str(row["bootname"]), row.get("boot_status") != "bad"
    wrong = "trying" if booted else "bad"  # GRUB counts a try before every start
    filled = booted or good or any(bundle.values()) or name == SHIPPED
    return Slot(
        name=name,
        state=("good" if good else wrong) if filled else "empty",
        version=str(bundle.get("version") or ""),
        installed=str(installed.get("timestamp") or ""),
        booted=booted,
    )


def note_shipped(places: Places, version: str) -> str:
    """The version in the slot that the box came with, as far as it is known; at every start, for
    RAUC does not know it, and once another slot runs nobody can be asked."""
    path = places.state / SHIPPED_RECORD
    known = str(read_record(path).get("version", ""))
    if system_of(places.root)[1] != SHIPPED or known == version:
        return known
    write_record(path, {"version": version})
    return version


def slots_json(slots: Sequence[Slot], version: str, shipped: str = "") -> dict[str, object]:
    """For the box's status; `version` is that of the system that runs, `shipped` that of the slot
    the box came with: both are for slots that no update has been put in."""
    kept = {SHIPPED: shipped}
    return {
        "booted": next((slot.name.lower() for slot in slots if slot.booted), ""),
        **{
            slot.name.lower(): {
                "state": slot.state,
                "version": slot.version or (version if slot.booted else kept.get(slot.name, "")),
            }
            for slot in slots
        },
    }


def sentence(said: str) -> str:
    """RAUC's reason as one sentence: its own last one where we know none.

    Before that it tells what went well: of the signature it speaks every time.
    """
    errors = [one or other for one, other in _LAST_ERROR.findall(said)]
    low = (errors[-1] if errors else said).lower()
    for words, text in _SENTENCES:
        if any(word in low for word in words):
            return f"the update is refused: {text}"
    return f"the update is refused: {errors[-1].strip()}" if errors else "the update is refused"


def notes(slots: Sequence[Slot]) -> list[str]:
    """What a person should know of the slot that does not run."""
    return [
        f"slot {slot.name} (Postern {slot.version or 'as it came'}) did not start well, "
        "so the box has gone back by itself; install a good update there"
        for slot in slots
        if slot.state == "bad" and not slot.booted
    ]
