"""A disk that can lose power, fill up or fail at any step, and a box whose configuration is on it.

What a cut leaves is as bad as POSIX allows: data without fsync may be there, be missing, be half or
be empty; a name may be changed or not as long as its folder has had no fsync.
"""

import errno
import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.control.changes_outputs import Activate, ActivationFailed, Moment, Told, Who
from gateway.control.check import check
from gateway.control.desk import Answer, ConfigDesk
from gateway.control.document import File
from gateway.control.problems import Problem
from gateway.system.store import Store
from tests.unit.control.written import GOOD, no_files

FOLDER = Path("/data/postern")
FACTORY = '[outside]\ninterface = "outside"\nnetwork = "dhcp"\n'
OLD = GOOD
NEW = GOOD.replace("[outside]", "[outside]\nmtu = 1400")
NEWER = GOOD.replace("[outside]", "[outside]\nmtu = 1300")
ADA = Who("ada", "console")
REMOTE = Who("ada", "ssh", session="1", remote=True)
ANEW = REMOTE._replace(session="2")
BOB = Who("bob", "ssh", session="3", remote=True)
WALL = 1_800_000_000.0


class PowerCut(BaseException):
    """Nobody catches this: the machine is off."""


class Inode:
    def __init__(self) -> None:
        self.data = b""
        self.on_disk = b""  # what an fsync has made sure of


Names = dict[Path, Inode]


class Disk:
    """As `system/store.py` wants it. `cut` is the step at which the power goes, `size` in bytes."""

    def __init__(self) -> None:
        self.names_now: Names = {}
        self.names_on_disk: Names = {}
        self.steps = 0
        self.cut = -1
        self.broken: set[int] = set()
        self.size = 1 << 30

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.cut:
            raise PowerCut
        if self.steps in self.broken:
            raise OSError(errno.EIO, "Input/output error")

    def names(self, folder: Path) -> list[str]:
        return [path.name for path in self.names_now if path.parent == folder]

    def read(self, path: Path) -> bytes:
        if path not in self.names_now:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return self.names_now[path].data

    def make_folder(self, path: Path) -> None:
        self.step()

    def write(self, path: Path, data: bytes) -> None:
        inode = self.names_now.setdefault(path, Inode())
        inode.data = data[: len(data) // 2]
        self.step()
        others = sum(len(one.data) for name, one in self.names_now.items() if name != path)
        if others + len(data) > self.size:
            raise OSError(errno.ENOSPC, "No space left on device")
        inode.data = data

    def sync(self, path: Path) -> None:
        self.step()
        if path in self.names_now:
            self.names_now[path].on_disk = self.names_now[path].data
        for names, others in (
            (self.names_now, self.names_on_disk),
            (self.names_on_disk, self.names_now),
        ):
            for name in [one for one in names if one.parent == path and one not in others]:
                self._settle(name)
        for name in [one for one in self.names_now if one.parent == path]:
            self._settle(name)

    def _settle(self, name: Path) -> None:
        if name in self.names_now:
            self.names_on_disk[name] = self.names_now[name]
        else:
            self.names_on_disk.pop(name, None)

    def rename(self, path: Path, to: Path) -> None:
        self.step()
        self.names_now[to] = self.names_now.pop(path)

    def unlink(self, path: Path) -> None:
        self.step()
        self.names_now.pop(path, None)

    def after_the_cut(self, left: "Left") -> "Disk":
        """The same disk when the power is back."""
        found = Disk()
        for name in sorted({*self.names_now, *self.names_on_disk}):
            names = self.names_now if left.new_name() else self.names_on_disk
            if name in names:
                inode = Inode()
                inode.data = inode.on_disk = left.data(names[name])
                found.names_now[name] = found.names_on_disk[name] = inode
        return found


class Left:
    """How much of what nobody had made sure of is there after a cut."""

    def __init__(self, new_name: Callable[[], bool], data: Callable[[Inode], bytes]) -> None:
        self.new_name = new_name
        self.data = data


def left_by(chance: random.Random) -> Left:
    """Any of it."""

    def data(inode: Inode) -> bytes:
        if inode.data == inode.on_disk:
            return inode.data
        half = inode.data[: chance.randrange(len(inode.data) + 1)]
        return chance.choice([inode.data, inode.on_disk, half, b""])

    return Left(lambda: chance.random() < 0.5, data)


NOTHING = Left(lambda: False, lambda inode: inode.on_disk)
ALL = Left(lambda: True, lambda inode: inode.data)
NAMES_ONLY = Left(lambda: True, lambda inode: inode.on_disk)


@lru_cache
def _judged(text: str) -> tuple[Problem, ...]:
    return tuple(check(File(text.encode()), no_files))


def judge(text: str) -> list[Problem]:
    """The one judge; it is asked thousands of times about a few texts."""
    return list(_judged(text))


class Machine:
    """What is in force, which outlives an agent that is started again but not a boot."""

    def __init__(self) -> None:
        self.text = ""
        self.activations: list[Activate] = []
        self.refusing: set[str] = set()  # texts it cannot be made to be


class Box:
    """An agent on this disk. `now` is its clock, moved by the test alone."""

    def __init__(self, disk: Disk, boot: str = "b1", machine: Machine | None = None) -> None:
        self.disk = disk
        self.machine = machine or Machine()
        self.told: list[Told] = []
        self.now = 1000.0
        self.wall = WALL
        store = Store(FOLDER, disk)
        self.desk = ConfigDesk(
            store, judge, self._activate, self.told.append, boot=boot, factory=FACTORY
        )

    def start(self) -> "Box":
        self.desk.start(self.now)
        return self

    def _activate(self, wanted: Activate) -> None:
        try:
            self.disk.step()
        except OSError as error:
            raise ActivationFailed(str(error)) from error
        self.machine.activations.append(wanted)
        if wanted.text in self.machine.refusing:
            raise ActivationFailed("the port has no cable")
        self.machine.text = wanted.text

    def ask(self, verb: str, who: Who = ADA, /, **more: object) -> Answer:
        request = {"verb": f"config.{verb}", **more}
        return self.desk.answer(request, who, Moment(self.now, self.wall))

    def do(self, verb: str, who: Who = ADA, /, **more: object) -> Any:
        """What must succeed."""
        answer = self.ask(verb, who, **more)
        assert answer["ok"], answer
        return answer["result"]

    def later(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds
        self.desk.handle_timeout(self.now)

    @property
    def state(self) -> tuple[str, str, str, bool]:
        """Saved, running, candidate, and whether something waits to be confirmed."""
        state = self.desk.changes.state
        return state.saved, state.running, self.desk.changes.candidate, state.pending is not None

    @property
    def events(self) -> list[str]:
        return [told.event.value for told in self.told]


def settled(disk: Disk | None = None) -> Box:
    """A box that has OLD saved."""
    box = Box(disk or Disk()).start()
    box.do("edit", text=OLD)
    box.do("apply", deadline_s=0)
    box.told.clear()
    box.machine.activations.clear()
    return box


def unconfirmed(who: Who = REMOTE, seconds: float = 300) -> Box:
    """A box with NEW in force, which nobody has confirmed."""
    box = settled()
    box.do("edit", who, text=NEW)
    box.do("apply", who, deadline_s=seconds, comment="smaller packets")
    return box
