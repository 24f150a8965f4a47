"""A site as its owner has it: a copy of the example, and playbooks played with it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.image.files import make_key

ROOT = Path(__file__).parents[2]
PLAYS = ROOT / "ansible"
BOX = "gw-1"
INSIDE = "10.10.0.1"  # of the example
LONGEST = 1800.0  # seconds for one play: five times what the longest takes in quiet
PATIENT = (
    "-o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=10 "
    "-o ServerAliveCountMax=15"
)
RECAP = r"^{}\s+:(.*)$"
# As in the example; a test may say another address.
HERE = f"""\
---
network_inside:
  interface: inside
  network: static
  address: {INSIDE}
  prefix: 24
"""


@dataclass(frozen=True, slots=True)
class Played:
    """How a play went, by its recap."""

    status: int
    text: str
    host: str = BOX

    def count(self, what: str) -> int:
        """Of tasks: ok, changed, failed, unreachable."""
        recap = self._recap()
        assert recap, self.text
        return int(re.search(rf"\b{what}=(\d+)", recap[1])[1])  # type: ignore[index]

    @property
    def changed(self) -> int:
        assert self.status == 0, self.text
        return self.count("changed")

    def tell(self, play: str) -> None:
        """Its recap, for a person who waits."""
        recap = self._recap()
        print(f"{play}.yml: {recap[0] if recap else self.text}", flush=True)

    def _recap(self) -> re.Match[str] | None:
        return re.search(RECAP.format(re.escape(self.host)), self.text, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with the inventory, and a home with the administrator's SSH key."""

    folder: Path
    home: Path

    def play(self, name: str, *words: str, host: str = BOX) -> Played:
        done = self.run("ansible-playbook", str(PLAYS / f"{name}.yml"), *words)
        played = Played(done.status, done.text, host)
        played.tell(name)
        return played

    def module(self, name: str, arguments: str, *words: str) -> Played:
        return self.run("ansible", BOX, "-m", f"postern.gateway.{name}", "-a", arguments, *words)

    def say(self, more: str, inside: str = INSIDE) -> None:
        """The box's own variables from now on."""
        folder = self.folder / "host_vars"
        folder.mkdir(exist_ok=True)
        (folder / f"{BOX}.yml").write_text(HERE.replace(INSIDE, inside) + more)

    def run(self, program: str, *words: str) -> Played:
        command = [
            str(Path(sys.executable).with_name(program)),
            "-i",
            str(self.folder / "hosts.yml"),
            *words,
        ]
        settings = {
            "HOME": str(self.home),
            "ANSIBLE_CONFIG": str(PLAYS / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            # The box is emulated: it may be silent for as long as this machine is busy.
            "ANSIBLE_TIMEOUT": "100",
            "ANSIBLE_SSH_RETRIES": "4",
            "ANSIBLE_SSH_ARGS": PATIENT,
        }
        done = subprocess.run(
            command,
            cwd=PLAYS,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        return Played(done.returncode, done.stdout)


@contextmanager
def site_from_the_example() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="site-") as name:
        home = Path(name) / "home"
        (home / ".ssh").mkdir(parents=True)
        make_key(home / ".ssh" / "id_ed25519")
        shutil.copytree(PLAYS / "example", Path(name) / "example")
        found = Site(Path(name) / "example", home)
        found.say("")
        yield found
