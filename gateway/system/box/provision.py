"""A box set up without a hand on it: one file, read once, by a box that has no owner yet.

`provision.toml` on the data partition (put there at flash time) or on a USB stick labelled POSTERN.
It is written as `postern.toml` is, whole or in parts: what it leaves out is as from the factory. On
top of it `hostname` and `timezone` may stand alone. Afterwards the file is gone, for keys are in
it, and `provision.result.txt` beside it says what came of it.
"""

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import tomlkit

from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused
from gateway.control.config import load
from gateway.control.document import File, ReadFile
from gateway.control.edit import EditError, edited
from gateway.control.inlined import inlined
from gateway.control.limits import LARGEST_FILE
from gateway.control.schema import SCHEMA, VERSION_KEY
from gateway.system.box.apply import KEY_FILES
from gateway.system.box.disk import read_record, remove, write_file, write_record
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places

NAME: Final = "provision.toml"
RESULT: Final = "provision.result.txt"
RECORD: Final = "provision.json"
SHORTCUTS: Final = ("hostname", "timezone")  # of [box]
Accept = Callable[[str], list[str]]
"""Put this configuration in force and save it; what is wrong instead, as lines."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` is one sentence for every console; `lines` go beside the file."""

    ok: bool
    text: str
    lines: tuple[str, ...] = ()


class Provisioning:
    """`look` is called at the start, and again while nobody owns the box and a stick may come."""

    def __init__(self, places: Places, outlet: Outlet, factory: str) -> None:
        self._places = places
        self._outlet = outlet
        self._factory = factory
        self._refused = ""  # the stick that is in and was of no use

    def note(self) -> str:
        """What came of the last file, for the consoles; nothing if there was none."""
        return str(read_record(self._places.state / RECORD).get("text", ""))

    def look(self, accept: Accept) -> Outcome | None:
        """Take up a file that is new; None without one."""
        folder = self._places.root / "data"
        if (folder / NAME).exists():
            (folder / NAME).chmod(0o600)
            return self._take(folder, "the data partition", accept)
        if not self._places.stick.exists():
            self._refused = ""
            return None
        found = str(self._places.stick.resolve())
        if found == self._refused:
            return None
        outcome = self._from_stick(accept)
        self._refused = found  # until another is in, or this one again
        return outcome

    def _from_stick(self, accept: Accept) -> Outcome | None:
        """A stick that cannot be written to is used all the same, and that is told."""
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(self._outlet.stick(writable=True))
            except Refused:
                try:
                    folder = stack.enter_context(self._outlet.stick())
                except Refused:
                    return None
            return self._take(folder, "the stick", accept) if (folder / NAME).exists() else None

    def _take(self, folder: Path, where: str, accept: Accept) -> Outcome | None:
        with open(folder / NAME, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
        digest = sha256(data).hexdigest()
        if digest == read_record(self._places.state / RECORD).get("sha256"):
            return None  # a stick that cannot be written to, or a file that was of no use
        text = self._read(data, folder)
        wrong = text if isinstance(text, list) else accept(text)
        ok = not wrong
        told = f"the provisioning file on {where} was " + ("taken up" if ok else "refused")
        told += "" if ok else f": {wrong[0]}"
        outcome = Outcome(ok, told, tuple(wrong))
        record = {"sha256": digest, "ok": ok, "text": told}
        write_record(self._places.state / RECORD, record)
        left = _leave(folder, outcome)
        if left:
            outcome = Outcome(ok, f"{told}; {left}", outcome.lines)
            write_record(self._places.state / RECORD, {**record, "text": outcome.text})
        return outcome

    def _read(self, data: bytes, folder: Path) -> str | list[str]:
        """The configuration it means, or what is wrong with it."""
        read_file = files_of(folder)
        try:
            text = merged(data.decode("utf-8-sig"), self._factory)
            text = with_keys_inside(text, read_file)
        except (UnicodeDecodeError, Unreadable):
            return ["it is no TOML. Look at the quotes and brackets."]
        except EditError as error:  # two certificates of one name
            return [f"{error}. {error.hint}."]
        config = load(File(text.encode()), read_file, NAME)
        if isinstance(config, list):
            return [str(problem) for problem in config if not problem.warning]
        if not config.admins:
            return ["there is no [[admin]] in it: nobody could log in. Add one with an ssh_key."]
        return text


def merged(text: str, factory: str) -> str:
    """The factory's configuration with what the file says in place of it."""
    given, whole = raw_of(text), raw_of(factory)
    shortcuts = {name: given.pop(name) for name in SHORTCUTS if name in given}
    if "outside" in given and not shortcuts:
        return text
    for table in SCHEMA:
        value = given.pop(table.name, None)
        if isinstance(value, dict) and table.most == 1:
            whole[table.name] = {**whole.get(table.name, {}), **value}
        elif value is not None:
            whole[table.name] = value
    if shortcuts:
        whole["box"] = {**whole.get("box", {}), **shortcuts}
    given.pop(VERSION_KEY, None)
    return tomlkit.dumps({**whole, **given})


def with_keys_inside(text: str, read_file: ReadFile) -> str:
    """Keys in files beside it are put into the text: the files do not stay."""
    raw = raw_of(text)
    named = [(one, key) for one in entries_of(raw.get("client")) for key in KEY_FILES if key in one]
    for client, key in named:
        file = read_file(str(client[key]))
        if isinstance(file, File):
            del client[key]
            client[key.removesuffix("_file")] = file.data.decode("utf-8-sig").rstrip("\r\n")
    text = tomlkit.dumps(raw) if named else text
    changes = inlined(text, read_file)
    return edited(text, changes) if changes else text


def files_of(folder: Path) -> ReadFile:
    """Plain files of this folder alone, by a plain name."""

    def read(name: str) -> File | str:
        path = folder / name
        if path.parent != folder or path.is_symlink() or not path.is_file():
            return "it is not a plain file beside the configuration"
        return File(path.read_bytes()[: LARGEST_FILE + 1])

    return read


def _leave(folder: Path, outcome: Outcome) -> str:
    """The result beside the file, and the file gone if it was used; what did not work of that."""
    try:
        keys = [folder / name for name in _key_files(folder)] if outcome.ok else []
        write_file(folder / RESULT, "\n".join([outcome.text, *outcome.lines, ""]).encode(), 0o644)
        for path in [folder / NAME, *keys] if outcome.ok else []:
            with open(path, "r+b") as file:  # or the keys would stay in blocks that are free
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            remove(path)
    except OSError:
        return "it could not be removed there and still holds keys: take the stick away"
    return ""


def _key_files(folder: Path) -> Iterator[str]:
    raw: dict[str, Any] = tomllib.loads((folder / NAME).read_text("utf-8-sig"))
    clients, certificates = entries_of(raw.get("client")), entries_of(raw.get("certificate"))
    names = [one.get(key) for one in clients for key in KEY_FILES]
    for name in [*names, *(one.get("key_file") for one in certificates)]:
        if isinstance(name, str) and isinstance(files_of(folder)(name), File):
            yield name
