"""Asking an authority: the box agent's, or one in a folder where no agent runs."""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from gateway.control.authority_desk import AuthorityDesk
from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused
from gateway.control.edit import Change
from gateway.user.box_client import LONG, Box, Who
from gateway.user.box_views import read_table
from gateway.user.client import DaemonError
from gateway.user.files import read_file

EDITED: Final = "The configuration is edited, not applied: see `postern config diff`."


class Authority(Protocol):
    """Where the questions go. `keeps` says whether it edits the configuration itself."""

    @property
    def keeps(self) -> bool: ...

    def ask(self, verb: str, **more: object) -> dict[str, Any]: ...

    def apply(self) -> str:
        """Have the gateway look at the files again; what is left to do for that, if anything."""

    def knows(self, client: str) -> bool:
        """Whether the configuration has a client of that name."""

    def keep(self, changes: Sequence[Change]) -> list[str]:
        """Put the changes in the configuration, or say what is to be done with them."""


class BoxAuthority:
    """The box agent's. Every method may raise a `DaemonError`."""

    keeps = True

    def __init__(self, box: Box) -> None:
        self._box = box

    def ask(self, verb: str, **more: object) -> dict[str, Any]:
        return read_table(self._box.ask_slowly(f"ca.{verb}", LONG, **more, **Who.here().told()))

    def apply(self) -> str:
        self._box.ask_slowly("ca.apply", LONG)
        return ""

    def knows(self, client: str) -> bool:
        text, _ = self._box.config("candidate", masked=True)
        return client in names_of(text)

    def keep(self, changes: Sequence[Change]) -> list[str]:
        if not changes:
            return []
        _, revision = self._box.config("candidate", masked=True)
        self._box.change(changes, revision)
        return [EDITED]


class FolderAuthority:
    """One in the folder of a `postern.toml`: that file is not touched, what to write is told."""

    keeps = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._desk = AuthorityDesk(
            lambda name: read_file(folder / name), self._write, secrets.token_bytes
        )

    def ask(self, verb: str, **more: object) -> dict[str, Any]:
        """A file that is made goes where `path` says, or beside whoever asks."""
        try:
            return self._done(verb, str(more.pop("path", "") or ""), more)
        except Refused as error:
            raise DaemonError(str(error), error.hint) from None
        except OSError as error:
            what = f"{error.filename or self._folder}: {error.strerror or error}"
            raise DaemonError(what.lower(), "Look whether the folder is yours") from None

    def _done(self, verb: str, path: str, more: dict[str, object]) -> dict[str, Any]:
        found = self._desk.answer({"verb": f"ca.{verb}", **more}, time.time())
        data = found.pop("data", None)
        if data is not None:
            endings = {"issue": ".p12", "crl": ".crl"}
            usual = ".p12" if "password" in found else ".cer"
            name = f"{found.get('name', 'authority')}{endings.get(verb, usual)}"
            write(Path(path or name), data)
            found["path"] = path or name
        return found

    def apply(self) -> str:
        return "Do: systemctl reload postern, or send it SIGHUP; then it holds."

    def knows(self, client: str) -> bool:
        found = read_file(self._folder / "postern.toml")
        return not isinstance(found, str) and client in names_of(
            found.data.decode(errors="replace")
        )

    def keep(self, changes: Sequence[Change]) -> list[str]:
        told = [
            f"Set in [[client]] {change.name}: {change.key} = {change.value!r}"
            for change in changes
            if change.op == "set"
        ]
        if any(change.op == "add" for change in changes):
            told.append("Add these lines to postern.toml:")
        return told

    def _write(self, name: str, text: str) -> None:
        write(self._folder / name, text.encode())


def write(path: Path, data: bytes) -> None:
    """Put this in place of the file, wholly or not at all, for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with open(os.open(new, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def names_of(text: str) -> list[str]:
    """The clients of a configuration; none if it cannot be read."""
    try:
        return [str(one.get("name")) for one in entries_of(raw_of(text).get("client"))]
    except Unreadable:
        return []
