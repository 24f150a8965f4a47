"""Collecting problems, each with its place and line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.control.lines import Place
from gateway.control.problems import Problem, shown
from gateway.control.tables import Table


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of the file as far as it could be read: only good values are in it.

    A value has the type that its key's reader returns; lists are tuples. Not in `repr`, since
    clients' tables hold secrets.
    """

    table: Table
    number: int  # counted from 0
    values: dict[str, Any] = field(repr=False)
    given: frozenset[str] = frozenset()  # the keys that stand in the file, good or not

    @property
    def place(self) -> str:
        return f"{self.table.name}[{self.number + 1}]" if self.table.most > 1 else self.table.name


Document = dict[str, list[Entry]]  # every table of the schema, by name


@dataclass(slots=True)
class Findings:
    """The problems so far."""

    file: str  # what to call the configuration itself
    lines: dict[Place, int]
    problems: list[Problem] = field(default_factory=list)

    def add(
        self, entry: Entry, key: str, what: str, hint: str, *, warning: bool = False, item: int = 0
    ) -> None:
        """A problem with one key, or with the whole entry if `key` is empty.

        `item` is the number of a list's member, counted from 1.
        """
        where = entry.place + (f".{key}" if key else "") + (f"[{item}]" if item else "")
        place = entry.table.name, entry.number
        line = self.lines.get((*place, key)) or self.lines.get((*place, ""))
        self.problems.append(Problem(where, what, hint, warning, line))

    def add_of_file(self, what: str, hint: str, *, warning: bool = False, line: int = 0) -> None:
        """A problem with the file as a whole, or with one line of it."""
        self.problems.append(Problem(self.file, what, hint, warning, line or None))

    def add_repeated(self, entries: Iterable[Entry], key: str) -> None:
        """A problem with every entry whose value of `key` an earlier one has too."""
        first: dict[object, Entry] = {}
        for entry in entries:
            if key in entry.values:
                earlier = first.setdefault(entry.values[key], entry)
                if earlier is not entry:
                    what = f"is {shown(entry.values[key])}, as in {earlier.place}"
                    self.add(entry, key, what, f"Give each a {key} of its own")
