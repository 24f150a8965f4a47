"""The configuration while somebody edits it: entries as text, one change, and what is then wrong.

The changes are made by `control/edit.py` and judged by `control/check.py`; nothing here has rules
of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.check import judge
from gateway.control.document import File
from gateway.control.edit import Change, EditError, edited, value_of
from gateway.control.findings import Entry
from gateway.control.problems import Problem
from gateway.control.schema import table_named
from gateway.control.tables import Key, Table
from gateway.user.client import BadAnswer, DaemonError
from gateway.user.console.ends import Ends
from gateway.user.console.model import Values
from gateway.user.console.pem import outline, read_pem
from gateway.user.today import today

UNREAD = "only the box itself can read it"  # of a file beside the configuration
# A secret that is of no use without the key it belongs to.
BELONGS_TO = {
    ("route", "radius_secret"): "radius",
    ("metrics", "token"): "address",
    ("accounting", "secret"): "server",
}
# What names another entry: the table it is in.
NAMED = {
    ("client", "route"): "route",
    ("choice", "route"): "route",
    ("choice", "client"): "client",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """One text of `postern.toml`."""

    text: str = field(repr=False)
    revision: str = ""

    @classmethod
    def candidate(cls, ends: Ends) -> "Draft":
        return cls(*ends.box.config("candidate", masked=False))

    @classmethod
    def running(cls, ends: Ends) -> "Draft":
        return cls(*ends.box.config("running", masked=False))

    def raw(self, table: str) -> list[dict[str, Any]]:
        """The entries of a table as TOML has them."""
        try:
            return entries_of(raw_of(self.text).get(table))
        except Unreadable as error:
            raise BadAnswer(str(error)) from None

    def entries(self, table: str) -> list[Entry]:
        """The entries of a table as far as they can be used."""
        return self._judged()[0].get(table, [])

    def problems(self) -> list[Problem]:
        """All, but that files beside the configuration cannot be read from here."""
        return [one for one in self._judged()[1] if UNREAD not in one.what]

    def _judged(self) -> tuple[dict[str, list[Entry]], list[Problem]]:
        return judge(File(self.text.encode()), lambda name: UNREAD, today=today())

    def changed(self, changes: Sequence[Change]) -> "Draft":
        """The draft with these changes; a `DaemonError` if one cannot be made."""
        try:
            return Draft(edited(self.text, changes), self.revision)
        except EditError as error:
            raise DaemonError(str(error), error.hint) from None

    def choices(self, table: str, key: str) -> tuple[str, ...]:
        """What may stand there, where that is one of a few words."""
        named = NAMED.get((table, key))
        if named is not None:
            found = (one.get("name") for one in self.raw(named))
            optional = ("",) if key == "client" else ()
            return (*optional, *(name for name in found if isinstance(name, str)))
        found_key = the_table(table).key(key)
        if found_key is None or not found_key.words:
            return ()
        return found_key.words if found_key.required else ("", *found_key.words)

    def outside_addresses(self) -> list[str]:
        """What clients dial, where the configuration says it."""
        found = [
            host for one in self.entries("outside") for host in one.values.get("addresses", ())
        ]
        return [str(IPv4Address(host)) for host in found]


def the_table(name: str) -> Table:
    table = table_named(name)
    if table is None:
        raise BadAnswer(f"this version of postern knows no {name}")
    return table


def shown_value(key: Key, value: object) -> str:
    """A value as a form shows it; a secret never."""
    if key.secret or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _joint(key).join(map(str, value))
    return outline(str(value)) if key.pem else str(value)


def _joint(key: Key) -> str:
    return "; " if "ssh" in key.name else ", "  # a comma may stand in the comment of an SSH key


def typed_value(key: Key, typed: str) -> object:
    """What was typed, as TOML has it; of PEM the path of a file is typed, and it is read."""
    if key.pem:
        return read_pem(typed.strip())
    if not key.listed:
        return value_of(key, [typed.strip()])
    parts = [part.strip() for part in typed.split(_joint(key).strip())]
    return value_of(key, [part for part in parts if part])


def changes_of(table: Table, before: Mapping[str, Any] | None, values: Values) -> list[Change]:
    """What has to be changed so that the entry is as the form says; None is a new entry.

    A secret that is left empty stays as it is, while there is what it belongs to.
    """
    keys = [key for key in table.keys if key.name in values]
    if before is None and table.most > 1:
        new = {key.name: typed_value(key, values[key.name]) for key in keys if values[key.name]}
        return [Change("add", table.name, value=new)]
    old = before or {}
    name = str(old.get(table.named, "")) if table.most > 1 else ""
    found = [change for key in keys for change in _of_key(table, key, old, values[key.name], name)]
    found += [
        Change("unset", table.name, name, key.name)
        for key in keys
        if key.secret and key.name in old and not values[key.name] and _is_over(table, key, values)
    ]
    return sorted(found, key=lambda change: change.key == table.named)  # its name at last


def _of_key(table: Table, key: Key, old: Mapping[str, Any], typed: str, name: str) -> list[Change]:
    typed = typed.strip()
    if typed == shown_value(key, old.get(key.name)):
        return []
    if typed:
        return [Change("set", table.name, name, key.name, typed_value(key, typed))]
    return [Change("unset", table.name, name, key.name)]


def _is_over(table: Table, secret: Key, values: Values) -> bool:
    """Whether what it belongs to goes, or a file takes its place."""
    owner = BELONGS_TO.get((table.name, secret.name), "")
    has_file = bool(values.get(f"{secret.name}_file", "").strip())
    return has_file or not values.get(owner, "-").strip()


def judged(
    draft: Draft, make: Callable[[Values], list[Change]]
) -> Callable[[Values], list[Problem]]:
    """A form's check: what the judge says after the change that it did not say before."""
    known = {(one.where, one.what) for one in draft.problems()}

    def check(values: Values) -> list[Problem]:
        try:
            after = draft.changed(make(values))
        except DaemonError as error:
            return [Problem("this", str(error), error.hint)]
        return [one for one in after.problems() if (one.where, one.what) not in known]

    return check
