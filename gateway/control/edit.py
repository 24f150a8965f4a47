"""Changing single things in the text of a configuration, its comments and order kept.

The menu, the command and whatever configures from afar edit through here. Whether the result is a
good configuration is the judge's to say (`check.py`); here it only has to be what was asked for.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Item
from tomlkit.items import Table as TomlTable

from gateway.control.canonical import MASK, entries_of, raw_of
from gateway.control.limits import LARGEST_FILE
from gateway.control.problems import did_you_mean, shown
from gateway.control.schema import SCHEMA, table_named
from gateway.control.tables import Key, Table

OPS: Final = ("set", "unset", "add", "remove")
MOST_HINTED: Final = 20  # names among which the one that is meant is looked for


class EditError(ValueError):
    """What was asked for cannot be done to this text; no secret is in it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change.

    set: `key` of the table, or of the entry `name`, becomes `value` (text, number, list). unset: it
    is left out. add: a new entry with the keys and values of the mapping `value`. remove: the entry
    `name` goes. What an entry's name is, the schema says: of a client its name, of a port its path.
    """

    op: str
    table: str
    name: str = ""
    key: str = ""
    value: object = field(default=None, repr=False)


def change_from(data: object) -> Change:
    """A change as JSON has it."""
    if not isinstance(data, Mapping):
        raise EditError("a change is a JSON object", "See control/edit.py")
    known = {name: data.get(name, "") for name in ("op", "table", "name", "key")}
    if known["op"] not in OPS or not all(isinstance(one, str) for one in known.values()):
        raise EditError("a change has op, table, name and key as text", "op: " + ", ".join(OPS))
    return Change(**known, value=data.get("value"))


def parse_path(path: str) -> tuple[str, str, str]:
    """`outside.mtu`, `client.press-3.psk`, `client.press-3` -> table, name, key.

    A name may have dots in it. The last word is a key where the table has such a key.
    """
    head, _, rest = path.partition(".")
    table = table_called(head)
    if table.most == 1:
        return head, "", rest
    name, dot, key = rest.rpartition(".")
    return (head, name, key) if dot and table.key(key) else (head, rest, "")


def value_of(key: Key, words: Sequence[str]) -> object:
    """What a command's words mean for this key: a list, true or false, a number, or text."""
    if key.listed:
        return [word.strip() for one in words for word in _listed(key, one)]
    word = " ".join(words)
    digits = word.removeprefix("-")
    kind = _kind_of(key)
    if kind is bool:
        return {"true": True, "false": False}.get(word, word)
    return int(word) if kind is int and digits.isdecimal() and len(digits) < 19 else word


def _listed(key: Key, word: str) -> list[str]:
    return [word] if "ssh" in key.name else word.split(",")


def _kind_of(key: Key | None) -> type:
    """What TOML has there: text, a number, true or false, a day."""
    return str if key is None else type(tomllib.loads(f"x = {key.example}")["x"])


def edited(text: str, changes: Sequence[Change]) -> str:
    """The text with all the changes made, in their order; `EditError` if one cannot be."""
    plain = raw_of(text)  # before tomlkit sees it: what is no TOML is told in one way
    document = _parse(text)
    for change in changes:
        table = table_called(change.table)
        if table.most == 1:
            _change_single(document, table, change)
            _change_single(plain, table, change)
        elif change.op == "add":
            _add_entry(document, table, change)
            _add_entry(plain, table, change)
        else:
            number = _number_of(plain.get(table.name), table, change.name)
            _change_entry(document, table, change, number)
            _change_entry(plain, table, change, number)
    result = tomlkit.dumps(document)
    if len(result.encode()) > LARGEST_FILE:
        raise EditError(
            f"the configuration would be over {LARGEST_FILE >> 10} kB", "Leave some out"
        )
    if _read_again(result) != plain:
        what = "the configuration is written in a way that cannot be changed piece by piece"
        raise EditError(what, "Edit it as text")
    return result


def unmasked(text: str, before: str) -> str:
    """The text with every masked secret put back from the same entry of the text before."""
    old = raw_of(before)
    changes = []
    for table in SCHEMA:
        for key in (key for key in table.keys if key.secret):
            kept = {_name_in(table, e): e.get(key.name) for e in entries_of(old.get(table.name))}
            for entry in entries_of(raw_of(text).get(table.name)):
                if entry.get(key.name) == MASK:
                    name = _name_in(table, entry)
                    if not isinstance(name, str) or kept.get(name) is None:
                        whose = f"{table.name} {shown(name)}" if table.named else table.heading
                        what = f"the {key.name} of {whose} is masked"
                        raise EditError(what, f"Write its {key.name} anew")
                    changes.append(Change("set", table.name, name, key.name, kept[name]))
    return edited(text, changes) if changes else text


def _name_in(table: Table, entry: Mapping[str, Any]) -> object:
    """By which an entry is found again; empty for a table that is there once."""
    return entry.get(table.named) if table.named else ""


def _parse(text: str) -> Any:
    try:
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n")
        return tomlkit.parse(lines if lines.endswith("\n") or not lines else lines + "\n")
    except (TOMLKitError, RecursionError):
        raise EditError("the configuration is no TOML to change", "Edit it as text") from None


def _read_again(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def table_called(name: str) -> Table:
    """The table of the schema, or `EditError` with those there are."""
    table = table_named(name)
    if table is None:
        raise EditError(
            f"there is no table {shown(name)}", did_you_mean(name, (one.name for one in SCHEMA))
        )
    return table


def _checked_key(table: Table, name: str) -> None:
    if table.key(name) is None:
        what = f"there is no key {shown(name)} in {table.heading}"
        raise EditError(what, did_you_mean(name, (key.name for key in table.keys)))


def _change_single(document: Any, table: Table, change: Change) -> None:
    if change.op not in ("set", "unset"):
        raise EditError(f"there is one {table.heading}, and it stays", "Set its keys")
    _checked_key(table, change.key)
    if table.name not in document and change.op == "set":
        document[table.name] = tomlkit.table() if _of_tomlkit(document) else {}
    entry = document.get(table.name, {})
    if not isinstance(entry, dict):
        raise EditError(f"{table.heading} is no table", "Edit it as text")
    _change_keys(entry, table, change)


def _number_of(entries: object, table: Table, name: str) -> int:
    """Which of the entries has this name. Asked of plain values: tomlkit's are slow to look at."""
    if isinstance(entries, dict):
        raise EditError(f"{table.heading} is written as one table", "Edit it as text")
    members = entries if isinstance(entries, list) else []
    found = [
        number
        for number, one in enumerate(members)
        if isinstance(one, dict) and one.get(table.named) == name
    ]
    if len(found) != 1:
        known = [str(one.get(table.named)) for one in entries_of(members)]
        many = "more than one" if found else "no"
        hint = did_you_mean(name, known[:MOST_HINTED])
        raise EditError(f"there is {many} {table.name} {shown(name)}", hint)
    return found[0]


def _change_entry(document: Any, table: Table, change: Change, number: int) -> None:
    entries = document[table.name]
    if change.op == "remove":
        del entries[number]
        if not entries:
            del document[table.name]
        return
    _checked_key(table, change.key)
    _change_keys(entries[number], table, change)


def _change_keys(entry: Any, table: Table, change: Change) -> None:
    if change.op == "unset":
        if change.key not in entry:
            where = f"{table.name} {change.name}".rstrip()
            raise EditError(f"{where} has no {change.key}", "There is nothing to leave out")
        del entry[change.key]
    else:
        _put(entry, change.key, _fit(change.value, table.key(change.key)))


def _put(entry: Any, name: str, value: Any) -> None:
    """A new key goes behind the last one: tomlkit would put it behind the next table's comment."""
    if isinstance(entry, TomlTable) and entry and name not in entry:
        item: Item = tomlkit.item(value)
        item.trivia.trail = "\n"
        entry.value._insert_after(list(entry)[-1], name, item)
    else:
        entry[name] = value


def _add_entry(document: Any, table: Table, change: Change) -> None:
    if not isinstance(change.value, Mapping):
        raise EditError("a new entry has keys and values", f"Name at least its {table.named}")
    if isinstance(document.get(table.name), dict):
        raise EditError(f"{table.heading} is written as one table", "Edit it as text")
    name = change.value.get(table.named)
    if any(one.get(table.named) == name for one in entries_of(document.get(table.name))):
        raise EditError(
            f"there is a {table.name} {shown(name)}", "Take another name, or set its keys"
        )
    for key in change.value:
        _checked_key(table, str(key))
    entry = {key: _fit(one, table.key(key)) for key, one in change.value.items()}
    if table.name not in document:
        document[table.name] = tomlkit.aot() if _of_tomlkit(document) else []
    if _of_tomlkit(document) and isinstance(document[table.name], AoT):
        made = tomlkit.table()
        for key, one in entry.items():
            made.add(key, one)
        made.add(tomlkit.nl())
        document[table.name].append(made)
    else:
        document[table.name].append(entry)


def _of_tomlkit(document: Any) -> bool:
    return isinstance(document, tomlkit.TOMLDocument)


def _fit(value: object, key: Key | None) -> Any:
    """What JSON brings and TOML has. JSON has no days: they come as text."""
    if isinstance(value, str) and _kind_of(key) is date:
        return _day(value)
    if isinstance(value, list) and all(isinstance(one, (str, int)) for one in value):
        return list(value)
    if isinstance(value, (str, int)):
        return value
    raise EditError("a value is text, a whole number, or a list of these", "Write it anew")


def _day(text: str) -> date | str:
    """Text that is no day stays text, for the judge to tell."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
