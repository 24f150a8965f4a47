"""The manual's first page as whoever follows it reads it: what is bold, what is to be typed, in
order; and a shell in which its commands can be given as they stand there."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pexpect

from image.places import PROJECT
from tests.image.console import COLUMNS, ROWS

PAGE = PROJECT / "docs/index.md"
LONGEST = 300.0  # seconds for one command, of an emulated box


@dataclass(frozen=True, slots=True)
class Section:
    """`bold` stands on the screen; `typed` are the words in backquotes; `commands` the lines of
    its blocks of code, without what is behind a #."""

    text: str

    @property
    def bold(self) -> list[str]:
        return [" ".join(one.split()) for one in re.findall(r"\*\*(.+?)\*\*", self.text, re.DOTALL)]

    @property
    def typed(self) -> list[str]:
        return re.findall(r"`([^`\n]+)`", self.text)

    @property
    def commands(self) -> list[str]:
        found = re.findall(r"^    (\S.*)$", self.text, re.MULTILINE)
        return [line.partition(" #")[0].strip() for line in found]

    def line(self, begin: str) -> "Section":
        """Of a table: the row that begins so."""
        found = re.search(rf"^\| {re.escape(begin)}.*$", self.text, re.MULTILINE)
        assert found, f"no row for {begin!r}"
        return Section(found[0])


def section(title: str) -> Section:
    """By the beginning of its heading: "2." or its words."""
    found = re.search(
        rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S
    )
    assert found, f"docs/index.md has no section {title!r}"
    return Section(found[1])


class Shell:
    """Of whoever sits inside with a key for SSH: `ssh` and `scp` are Debian's, told in one file of
    settings what ~/.ssh would tell them. Files come into `place`."""

    def __init__(self, place: Path, key: Path) -> None:
        self.place, self.known = place, place / "known_hosts"
        settings = place / "ssh_config"
        settings.write_text(
            f"IdentityFile {key}\nIdentitiesOnly yes\nConnectTimeout 60\n"
            f"UserKnownHostsFile {self.known}\n"
        )
        programs = place / "bin"
        programs.mkdir()
        for name in ("ssh", "scp"):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec /usr/bin/{name} -F {settings} "$@"\n')
            program.chmod(0o755)
        path = f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"
        self._settings = {"PATH": path, "HOME": str(place), "TERM": "vt100", "LANG": "C"}

    def first_login(self, command: str, page: str) -> str:
        """At a terminal: the fingerprint that SSH asks about, told yes, until that page comes."""
        words = {"env": self._settings, "cwd": str(self.place), "dimensions": (ROWS, COLUMNS)}
        with pexpect.spawn(
            "sh", ["-c", command], timeout=LONGEST, encoding="utf-8", **words
        ) as line:
            line.expect(r"key fingerprint is (SHA256:[\w+/]{43})")
            shown = line.match[1]
            line.expect("continue connecting")
            line.sendline("yes")
            line.expect_exact(page)
            return str(shown)

    def __call__(self, command: str) -> str:
        """What it printed, which is shown with it; it is to succeed."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.place,
            env=self._settings,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # nobody is there who could be asked
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        print(f"$ {command}\n{done.stdout}", flush=True)
        assert done.returncode == 0, f"{command}: status {done.returncode}\n{done.stdout}"
        return done.stdout
