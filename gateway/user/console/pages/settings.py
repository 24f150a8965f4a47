"""Tables that a box has once and need not have: whom it tells, with whom it shares an address.

Each is a page that says what is set and what holds otherwise; it can be set, and taken away.
"""

from typing import Any, Final

from gateway.control.edit import Change
from gateway.control.tables import Key
from gateway.user.cli import show
from gateway.user.console.draft import Draft, shown_value, the_table
from gateway.user.console.ends import Ends
from gateway.user.console.model import Action, Back, Open, Step, View, numbered, question
from gateway.user.console.pages.edits import EDITED, edited
from gateway.user.console.pages.entries import fact, settings_form

TITLES: Final = {
    "metrics": "Figures for Prometheus",
    "syslog": "Logs to a collector",
    "accounting": "Accounts of sessions for RADIUS",
    "pair": "Two boxes with one address",
    "fleet": "Boxes behind directors",
    "upgrade": "What an update has to show",
}
OFF: Final = {
    "metrics": "Nothing is set: no figures are given out.",
    "syslog": "Nothing is set: logs stay on this box.",
    "accounting": "Nothing is set: nobody is told of sessions.",
    "pair": "Nothing is set: this box shares its address with no other.",
    "fleet": "Nothing is set: there are no directors.",
    "upgrade": "Nothing is set: what is below holds.",
}
ALWAYS: Final = {"upgrade"}  # what holds without a word is worth telling


class Settings:
    """One such table."""

    def __init__(self, ends: Ends, table: str) -> None:
        self._ends = ends
        self._table = the_table(table)

    def view(self) -> View:
        name, entry = self._table.name, self._entry()
        command = f"postern config set {name}.KEY VALUE"
        choices = [("Change it" if entry else "Set it", self._change, command)]
        if entry:
            choices.append(("Take it all away", self._ask, f"postern config unset {name}.KEY"))
        facts = show.pairs([(key.name, self._fact(key, entry)) for key in self._table.keys])
        text = [self._table.doc, *([] if entry else [OFF[name]])]
        text += ["", *facts] if entry or name in ALWAYS else []
        return View(TITLES[name], tuple(text), rows=numbered(choices))

    def _entry(self) -> dict[str, Any]:
        return next(iter(Draft.candidate(self._ends).raw(self._table.name)), {})

    def _fact(self, key: Key, entry: dict[str, Any]) -> str:
        if key.name in entry:
            return fact(key, entry)
        default = shown_value(key, self._table.default(key.name))
        return f"{default}, where nothing is set" if default else ""

    def _change(self) -> Step:
        name = self._table.name
        return Open(settings_form(self._ends, name, TITLES[name]))

    def _ask(self) -> Step:
        name = self._table.name

        def take() -> Step:
            changes = [Change("unset", name, key=key) for key in self._entry()]
            return Back(edited(f"{name} is taken away", self._ends, changes))

        title = f"Take away: {TITLES[name]}?"
        return Open(question(title, (EDITED,), "Yes, take it all away", take))


def settings_choice(ends: Ends, table: str) -> tuple[str, Action, str]:
    """A row that leads to such a page."""
    command = f"postern config set {table}.KEY VALUE"
    return TITLES[table], lambda: Open(Settings(ends, table)), command
