"""What a configuration becomes by a wish from outside: all of it, or only what the wish names.

Whoever configures from afar says what shall be, and not step by step how. A wish is written as
`postern.toml` is.
"""

from datetime import date
from typing import Any, Final

from gateway.control.canonical import entries_of, raw_of
from gateway.control.edit import Change, edited, table_called
from gateway.control.schema import PORT, VERSION_KEY
from gateway.control.tables import Table

PINS: Final = PORT.name


def replaced(text: str, wish: str) -> str:
    """The wish, and the pins of the text where it names none: the box has found those itself."""
    if PINS in raw_of(wish):
        return wish
    pins = entries_of(raw_of(text).get(PINS))
    return edited(wish, [Change("add", PINS, value=pin) for pin in pins]) if pins else wish


def merged(text: str, wish: str) -> str:
    """The text with what the wish names; an entry that is there gets the keys it does not have.

    May raise `Unreadable` or `EditError`.
    """
    before, changes = raw_of(text), []
    for name, value in raw_of(wish).items():
        if name == VERSION_KEY:
            continue
        table = table_called(name)
        there = entries_of(before.get(name))
        for entry in entries_of(value):
            changes += _of_entry(table, entry, there)
    return edited(text, changes)


def _of_entry(table: Table, entry: dict[str, Any], there: list[dict[str, Any]]) -> list[Change]:
    known = {str(one.get(table.named)) for one in there}
    name = "" if table.most == 1 else str(entry.get(table.named, ""))
    if table.most > 1 and name not in known:
        values = {key: _spoken(value) for key, value in entry.items()}
        return [Change("add", table.name, value=values)]
    return [
        Change("set", table.name, name, key, _spoken(value))
        for key, value in entry.items()
        if key != table.named or table.most == 1
    ]


def _spoken(value: object) -> object:
    """Days as text, which is how a change has them."""
    return value.isoformat() if isinstance(value, date) else value
