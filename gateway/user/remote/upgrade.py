"""An update brought to one box, installed, started, and waited for until it has proved itself.

What decides is pure and first; Ansible's `upgrade` decides alike (`plugins/module_utils/slots.py`,
`restart.py`), and `tests/unit/user/remote/test_upgrade.py` holds the two together.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final, Protocol

from gateway.user.box_client import INSTALL
from gateway.user.client import DaemonError
from gateway.user.remote.ask import System, ask, system_of, tell
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import RefusedThere, Unreachable
from gateway.user.remote.words import Runs

UPLOAD: Final = "/data/upload"  # administrators may write there (image/rootfs/usr/lib/tmpfiles.d)
BRING: Final = 3600.0  # seconds for the file's way
PAUSE: Final = 5.0  # seconds between two looks
GOOD: Final = "good"


class Carries(Runs, Protocol):
    """As much of a `Line` as is used here."""

    def bring(self, file: Path, path: str, patience: float) -> None: ...

    def remove(self, path: str) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside: connections, a clock of seconds, and where a step is told."""

    open: Callable[[Where], Carries]
    now: Callable[[], float]
    wait: Callable[[float], None]
    tell: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`version` may be empty: it is then what the file has, and the file is installed anyway.

    `older`: even if that is older than what runs there.
    """

    file: Path
    version: str
    patience: float  # seconds for the box to come back and prove itself
    older: bool = False


def to_install(box: System, version: str) -> bool:
    """Not if that version runs, or waits in the other slot."""
    return not version or version not in (box.booted.version, box.other.version)


def to_start(box: System, version: str) -> bool:
    return box.booted.version != version


class Back(Enum):
    """Whether a box that was told to start anew has done so."""

    NOT_YET = auto()
    GOOD = auto()
    OTHER = auto()  # it runs another version than was meant


def came_back(box: System | None, elapsed: float, version: str) -> Back:
    """`elapsed` seconds ago it was told to; `box` is None while it cannot be asked."""
    if box is None or not 0 < box.uptime_s < elapsed:
        return Back.NOT_YET
    if box.booted.version and box.booted.version != version:
        return Back.OTHER
    return Back.GOOD if box.booted.state == GOOD else Back.NOT_YET


def upgrade(where: Where, wanted: Wanted, world: World) -> dict[str, object]:
    """What was done; raises where the box does not run the update in the end."""
    line = world.open(where)
    try:
        box = system_of(ask(line, "box"))
        version = _installed(line, where, wanted, box, world)
        if version == wanted.version and not to_start(box, version):
            return {"version": version, "changed": False}
        world.tell(where.name, f"{version} is there, and it starts anew")
        began = world.now()
        _start(line, box)
    finally:
        line.close()
    _wait(where, began, version, wanted, world)
    return {"version": version, "changed": True}


def _installed(line: Carries, where: Where, wanted: Wanted, box: System, world: World) -> str:
    """The version that runs after the next start."""
    if not to_install(box, wanted.version):
        if to_start(box, wanted.version):
            tell(line, "rollback", "--name", box.hostname)  # to the other slot, whatever its age
        return wanted.version
    there = f"{UPLOAD}/{wanted.file.name}"
    world.tell(where.name, f"is brought {wanted.file.name}")
    try:
        line.bring(wanted.file, there, BRING)
        world.tell(where.name, "installs it")
        words = ["upgrade", there, *(["--older"] if wanted.older else [])]
        found = ask(line, *words, patience=INSTALL)
    finally:
        _removed(line, there)
    version = str(found.get("version", "")) if isinstance(found, dict) else ""
    if not version or version != (wanted.version or version):
        what = f"{version or 'an unnamed version'} was installed, and not {wanted.version or 'one'}"
        raise RefusedThere(what, "Say which one is meant; nothing was started")
    return version


def _removed(line: Carries, there: str) -> None:
    """Whatever came of it: the disk is small. What went wrong before is told, not this."""
    with suppress(DaemonError):
        line.remove(there)


def _start(line: Carries, box: System) -> None:
    """It may go down before it can answer."""
    with suppress(Unreachable):
        tell(line, "reboot", "--name", box.hostname, "--reason", "by postern remote upgrade")


def _wait(where: Where, began: float, version: str, wanted: Wanted, world: World) -> None:
    while world.now() < began + wanted.patience:
        world.wait(PAUSE)
        box = _looked_at(where, world)
        back = came_back(box, world.now() - began, version)
        if back is Back.GOOD:
            return
        if box is not None and back is Back.OTHER:
            what = f"{box.booted.version} runs, and not {version}: it has gone back by itself"
            raise RefusedThere(what, "See `postern slots` there, and its support bundle")
    what = f"it has not come back and proved itself within {wanted.patience:.0f} s"
    raise Unreachable(what, "Look at its console")


def _looked_at(where: Where, world: World) -> System | None:
    """What it says of itself; None while it cannot be asked. Another key ends the waiting."""
    try:
        line = world.open(where)
    except (Unreachable, RefusedThere):  # users are there only after SSH is
        return None
    try:
        return system_of(ask(line, "box"))
    except (Unreachable, RefusedThere):
        return None
    finally:
        line.close()
