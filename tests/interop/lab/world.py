"""Hosts of the lab: network, mount and UTS namespaces inside User-Mode Linux.

Every host has an /etc, /run and /var of its own, since IKE daemons and pppd insist on their paths.
What a program logs goes to /run/log, which is kept.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.interop.lab.limits import SLOWER
from tests.interop.lab.namespaces import Spaces

NODES = Path("/lab-hosts")


class CommandFailed(Exception):
    """A program of the lab ended badly; the text says where, which, and what it printed."""


def until(seen: Callable[[], bool], seconds: float, what: str = "") -> bool:
    """Wait for `seen`, on a slow machine longer; with `what` its absence is a TimeoutError."""
    seconds *= SLOWER
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.02)
    if what and not seen():
        raise TimeoutError(f"{what}: not within {seconds:g} s")
    return seen()


class Node:
    """One host. `address` is what its peers call it; every host's first link is eth0."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""
        self.folder = NODES / name
        self.spaces = Spaces(self.folder, name)

    def sh(self, command: str, timeout: float = 60) -> str:
        """Run a shell line in this host and return all it printed; CommandFailed if it fails."""
        status, text = self.ask(command, timeout)
        if status != 0:
            raise CommandFailed(f"{self.name}: {command}: status {status}\n{text}")
        return text

    def ask(self, command: str, timeout: float = 60) -> tuple[int, str]:
        """The same, where failing is an answer too: (exit status, all it printed)."""
        with self.spaces:
            done = subprocess.run(
                ["sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        return done.returncode, done.stdout

    def ip(self, *lines: str) -> None:
        """Several lines of ip(8) at once: starting a program is dear in User-Mode Linux."""
        self.sh("ip -batch - <<END\n" + "\n".join(lines) + "\nEND")

    def spawn(
        self, argv: Sequence[str], log: str, folder: str | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program that stays; what it prints is added to /run/log/`log`.log."""
        with self.spaces, Path(f"/run/log/{log}.log").open("ab") as out:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        with self.spaces:
            target = Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            target.chmod(mode)

    def read(self, path: str) -> str:
        """The file as this host sees it; empty if it is not there."""
        try:
            with self.spaces:
                return Path(path).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def has(self, path: str) -> bool:
        with self.spaces:
            return Path(path).exists()

    def remove(self, path: str) -> None:
        with self.spaces:
            Path(path).unlink(missing_ok=True)

    def log(self, name: str) -> str:
        return self.read(f"/run/log/{name}.log")

    def listens(self, port: int) -> bool:
        """Whether something in this host accepts TCP on `port`."""
        rows = (self.read("/proc/net/tcp") + self.read("/proc/net/tcp6")).splitlines()
        return any(
            fields[1].endswith(f":{port:04X}") and fields[3] == "0A"
            for fields in map(str.split, rows)
        )

    def processes(self, command: str = "") -> list[int]:
        """Ids of this host's processes (of that name)."""
        return [
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if int(folder.name) != os.getpid() and self.spaces.holds(int(folder.name))
            if command in ("", _name_of(folder))
        ]

    def kill(self, command: str = "") -> None:
        """End the programs of that name, or all, at once and without a chance to say good-bye."""
        for pid in self.processes(command):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self.processes(command), 20, f"{self.name}: end of {command}")

    def stop(self, logs: Path) -> None:
        """End everything in this host; its logs are kept in the folder `logs`."""
        self.kill()
        self.spaces.close()
        if any((self.folder / "run/log").iterdir()):
            shutil.copytree(self.folder / "run/log", logs / self.name, dirs_exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def wire(one: Node, one_end: str, other: Node, other_end: str) -> None:
    """A cable between two hosts, both ends up."""
    one.ip(
        f"link add {one_end} type veth peer name {other_end} netns {other.spaces.path('net')}",
        f"link set {one_end} up",
    )
    other.ip(f"link set {other_end} up")


def _name_of(folder: Path) -> str:
    try:
        return (folder / "comm").read_text().strip()
    except OSError:
        return ""  # it ended while we looked
