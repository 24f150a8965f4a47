"""The administrators as users of the system. There are no passwords: a key opens the door.

`/etc` is made anew at every boot, and so are they, from the configuration.
"""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.control.config import Admin
from gateway.system.box.disk import write_file
from gateway.system.box.places import ADMINS, ASKERS, Places
from gateway.system.run import Run, run

SHELL: Final = "/usr/lib/postern/console"  # the menu
MARK: Final = "Postern administrator"  # in the comment of those that are ours
KEYS: Final = "ssh/authorized_keys"


class Users:
    """`apply` makes the system's users those of the configuration."""

    def __init__(
        self,
        places: Places,
        tool: Run = run,
        shell: str = SHELL,
        kill: Callable[[int, int], None] = os.kill,
    ) -> None:
        self._kill = kill
        self._proc = places.root / "proc"
        self._passwd = places.etc("passwd")
        self._keys = places.etc(KEYS)
        self._run = tool
        self._shell = shell

    def apply(self, admins: Sequence[Admin]) -> None:
        """The keys of those who leave go first: the door is shut before anything can fail."""
        wanted = {admin.name: admin for admin in admins}
        for path in list(self._keys.iterdir()) if self._keys.is_dir() else []:
            if path.name not in wanted:
                path.unlink()
        for name in self._ours():
            if name not in wanted:
                self._remove(name)
        there = self._all()
        for name, admin in wanted.items():
            if name not in there:
                self._add(name)
            self._write_keys(admin)

    def _add(self, name: str) -> None:
        command = ["useradd", "--create-home", "--user-group"]
        command += ["--groups", f"{ADMINS},{ASKERS}"]
        self._run([*command, "--shell", self._shell, "--comment", MARK, "--", name], "")

    def _remove(self, name: str) -> None:
        """With all they have running: somebody who may not log in may not stay either."""
        for pid in processes_of(self._uids().get(name, ""), self._proc):
            with suppress(OSError):  # it has ended by itself
                self._kill(pid, signal.SIGKILL)
        self._run(["userdel", "--force", "--remove", "--", name], "")

    def _write_keys(self, admin: Admin) -> None:
        """sshd wants folder and file to be root's, and reads them as the user who logs in."""
        text = "".join(f"{key}\n" for key in admin.ssh_keys)
        write_file(self._keys / admin.name, text.encode(), 0o644)
        self._keys.chmod(0o755)

    def _all(self) -> dict[str, str]:
        """Every user with their comment."""
        return {row[0]: row[4] for row in self._rows()}

    def _uids(self) -> dict[str, str]:
        return {row[0]: row[2] for row in self._rows()}

    def _rows(self) -> list[list[str]]:
        rows = [line.split(":") for line in _lines(self._passwd)]
        return [row for row in rows if len(row) == 7]

    def _ours(self) -> list[str]:
        return [name for name, comment in self._all().items() if comment == MARK]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def processes_of(uid: str, proc: Path) -> list[int]:
    """All processes of a user, by number; none for root or a user without a number."""
    if not uid.isdecimal() or uid == "0":
        return []
    found = [path for path in proc.glob("[0-9]*/status") if f"\nUid:\t{uid}\t" in _text(path)]
    return sorted(int(path.parent.name) for path in found)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def owner(name: str, find: Callable[[str], tuple[int, int]]) -> tuple[int, int]:
    """User and group of a service, root's where it does not exist (on a machine that is no box)."""
    try:
        return find(name)
    except KeyError:
        return 0, 0
