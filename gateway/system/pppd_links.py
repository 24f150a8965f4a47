"""Interfaces, as the kernel shows them in /proc: those of calls, and the one that they lead to.

The kernel passes packets on from an interface by a switch of its own. What we have thrown is kept
in a file as well: a program that was killed closes nothing, and its successor must not take an open
switch for the owner's.
"""

import os
import re
from pathlib import Path
from typing import Final

from gateway.system.pppd_call import INTERFACE

SWITCHES: Final = "proc/sys/net/ipv4/conf"
ROUTES: Final = "proc/net/route"  # a line a route: interface, destination, ... mask (hexadecimal)
WHOLE: Final = "FFFFFFFF"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14}")


class Links:
    """`note` is the file in which stands what is to be closed again."""

    def __init__(self, note: Path, root: Path = Path("/")) -> None:
        self._note, self._root = note, root
        self._opened = _noted(note)

    def there(self) -> set[str]:
        """The interfaces of calls that there are, whoever has begun them."""
        folder = self._root / SWITCHES
        return {place.name for place in folder.glob(f"{INTERFACE}*")}

    def addresses(self) -> dict[str, bytes]:
        """Of the other ends of calls: pppd makes a route to a host of each."""
        found = {}
        for line in _text(self._root / ROUTES).splitlines()[1:]:
            words = line.split()
            if len(words) > 7 and words[0].startswith(INTERFACE) and words[7] == WHOLE:
                found[words[0]] = bytes.fromhex(words[1])[::-1]
        return found

    def closed(self, inside: str) -> tuple[str, ...]:
        """The interfaces from which nothing is passed on, but for our calls."""
        shut = {inside} if _text(self._switch(inside)) == "0" else set()
        return tuple(sorted(self._opened | shut))

    def open_inside(self, name: str) -> None:
        """Let the kernel pass packets on that come in there; it answers ARP only then."""
        if _text(self._switch(name)) == "0":
            self._opened.add(name)
            _keep(self._note, "".join(f"{one}\n" for one in sorted(self._opened)))
            _write(self._switch(name), "1")

    def open_call(self, name: str) -> bool:
        """The same for a call; False if its interface is not there."""
        return _write(self._switch(name), "1")

    def close(self) -> None:
        """As it was before us. The switches of calls go with their interfaces."""
        for name in self._opened:
            _write(self._switch(name), "0")
        self._opened = set()
        self._note.unlink(missing_ok=True)

    def _switch(self, interface: str) -> Path:
        return self._root / SWITCHES / interface / "forwarding"


def _noted(note: Path) -> set[str]:
    """What one before us has opened; nobody else's file is believed."""
    try:
        with open(os.open(note, os.O_RDONLY | os.O_NOFOLLOW)) as file:
            words = (
                file.read(4096).split() if os.fstat(file.fileno()).st_uid == os.geteuid() else []
            )
    except OSError:
        return set()
    return {word for word in words if _NAME.fullmatch(word)}


def _keep(note: Path, text: str) -> None:
    note.unlink(missing_ok=True)
    with open(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _write(path: Path, text: str) -> bool:
    """Whether it could be written; a switch of an interface that is not there cannot."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
            file.write(text)
    except OSError:
        return False
    return True
