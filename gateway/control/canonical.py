"""A configuration with everything taken away that means nothing: order, spelling, comments.

Two texts with the same sections mean the same to Postern. What is shown has its secrets masked; a
key that is not known may be a misspelt secret, and is masked too.
"""

import tomllib
from typing import Any, Final, NamedTuple

from gateway.control.problems import printable
from gateway.control.schema import CLIENT, SCHEMA, SCHEMA_VERSION, VERSION_KEY, table_named
from gateway.control.tables import Key, Table
from gateway.control.values import Unfit

MASK: Final = "********"


class Unreadable(ValueError):
    """The text is no TOML; nothing of it is repeated."""


class Section(NamedTuple):
    """One table, or one entry of several by its name."""

    table: str
    name: str = ""

    @property
    def heading(self) -> str:
        """As the diff has it: `[outside]`, `[[client]] "press-3"`."""
        table = table_named(self.table)
        if table is None or table.most == 1:
            return f"[{printable(self.table)}]"
        return f"{table.heading} {quoted(self.name)}"


class Setting(NamedTuple):
    """`shown` is TOML with secrets masked; `value` is for comparing, and never shown."""

    shown: str
    value: object
    usual: bool  # it says what would hold anyway

    def __repr__(self) -> str:
        return f"Setting({self.shown!r})"


Sections = dict[Section, dict[str, Setting]]


def sections(text: str) -> Sections:
    """What the text says, in the order of the schema; `Unreadable` if it is no TOML."""
    raw = raw_of(text)
    found: Sections = {}
    for table in SCHEMA:
        for entry in entries_of(raw.pop(table.name, None)):
            place = _place(table, entry, found)
            found[place] = {
                key.name: _setting(table, key, entry[key.name])
                for key in table.keys
                if key.name in entry
            } | {name: _unknown(entry[name]) for name in entry if table.key(name) is None}
    for name, value in raw.items():
        if (name, value) != (VERSION_KEY, SCHEMA_VERSION):
            found[Section(name)] = {"": _unknown(value)}
    return found


def raw_of(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (ValueError, RecursionError):  # TOMLDecodeError among them: it may quote a secret
        raise Unreadable("the configuration is no TOML") from None


def entries_of(value: object) -> list[dict[str, Any]]:
    """The entries of a table however it is written; what is none is left out."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]


def masked(text: str) -> str:
    """The text in the schema's order and without comments, fit to be shown and to be sent away."""
    lines = []
    for place, settings in sections(text).items():
        table = table_named(place.table)
        lines.append(table.heading if table else f"[{_key(place.table)}]")
        lines += [f"{_key(name) or '_'} = {one.shown}" for name, one in settings.items()]
        lines.append("")
    return "\n".join(lines)


def _place(table: Table, entry: dict[str, Any], taken: Sections) -> Section:
    if table.most == 1:
        return Section(table.name)
    name = entry.get(table.named)
    wanted = place = Section(table.name, name if isinstance(name, str) else "")
    number = 2
    while place in taken:  # two of one name, which the check will tell
        place = Section(table.name, f"{wanted.name} ({number})")
        number += 1
    return place


def _setting(table: Table, key: Key, value: object) -> Setting:
    compared = _compared(table, key, value)
    usual = compared == _compared(table, key, table.default(key.name))
    return Setting(f'"{MASK}"' if key.secret else toml(value), compared, usual)


def _unknown(value: object) -> Setting:
    return Setting(f'"{MASK}"', repr(value), usual=False)


def _compared(table: Table, key: Key, value: object) -> object:
    """What the value means, or the value itself if it cannot be read."""
    if value is None:
        return None
    members = value if key.listed and isinstance(value, list) else [value]
    try:
        read = [key.read(member) for member in members]
    except Unfit:
        return repr(value)
    if key.listed and (table is CLIENT or key.name == "mppe"):  # the order is Postern's own
        read.sort(key=repr)
    return tuple(read) if key.listed else read[0]


def toml(value: object) -> str:
    """A value as TOML has it, on one line and without anything that steers a terminal."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case int() | float():
            return str(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return (
                "{ "
                + ", ".join(f"{_key(name)} = {toml(one)}" for name, one in value.items())
                + " }"
            )
    return printable(str(value))  # a date or time


def quoted(text: str) -> str:
    """A basic string (TOML 1.0)."""
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else quoted(name) if name else ""
