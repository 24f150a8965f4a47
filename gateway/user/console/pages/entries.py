"""Tables of the configuration: clients, routes, administrators, and the settings of the box.

What there is to ask, and what each question means, stands in `control/schema.py`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.control.edit import Change
from gateway.control.schema_routes import L2TP_IPSEC, LOCAL, ROUTE_KINDS
from gateway.control.tables import Key, Table
from gateway.user.cli import show
from gateway.user.cli.show import Column, counted
from gateway.user.console.draft import Draft, changes_of, judged, shown_value, the_table
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Action,
    Back,
    Field,
    Form,
    Instead,
    Open,
    Row,
    Step,
    Values,
    View,
    numbered,
    question,
)
from gateway.user.console.pages.certificates import Certificates
from gateway.user.console.pages.claim import claim_form
from gateway.user.console.pages.clients import client_choices
from gateway.user.console.pages.edits import EDITED, edited, key_told, new_key
from gateway.user.console.pages.login import console_keys
from gateway.user.console.pages.passwords import TITLE as PASSWORDS
from gateway.user.console.pages.passwords import Passwords

WIDTH = 72  # letters
TITLES = {
    "client": "Clients and keys",
    "route": "Routes",
    "choice": "Choices of route",
    "admin": "Users and SSH keys",
    "ca": "Authorities",
    "certificate": "The gateway's own certificates",
}
ABOUT = {
    "client": "The old machines that may dial, each with its own key.",
    "route": "The old servers inside and the LAN, and how they are reached.",
    "choice": "Which calls take another route than their client's; the first that fits counts.",
    "admin": "Who may log in by SSH, and change things here. There are no passwords.",
    "ca": "Whose certificates are believed. The box's own is there once it is created.",
    "certificate": "By which the gateway proves itself to clients that have one.",
}
BRIEF = {
    "client": ("name", "route", "address", "ike"),
    "route": ("name", "kind", "server"),
    "choice": ("name", "client", "identity", "called", "user", "route"),
    "admin": ("name", "ssh_key"),
    "ca": ("name", "identities", "allow"),
    "certificate": ("name", "send", "chain_file"),
}
IN_WORDS = {"ca": "authority", "admin": "user"}  # where the table's own name is none
WHOLE = {"ca", "certificate"}  # everything is asked at once: files are not at hand on a box
FRONT = "In front of servers"
OWN_ITEMS = {"psk_old", "psk_old_file", "psk_old_until", "revoked"}  # see clients.py


class Entries:
    """All entries of one table, to choose from."""

    def __init__(self, ends: Ends, table: str) -> None:
        self._ends = ends
        self._table = the_table(table)

    def view(self) -> View:
        name = self._table.name
        entries = Draft.candidate(self._ends).raw(name)
        head, *lines = entry_lines(self._table, entries)
        rows = tuple(
            Row(str(number), line, self._open(entry))
            for number, (entry, line) in enumerate(zip(entries, lines, strict=True), start=1)
        )
        text = (ABOUT[name],) if entries else (ABOUT[name], "There is none yet: press n.")
        keys = [
            Row("n", f"New {IN_WORDS.get(name, name)}", self._new, f"postern config add {name} ...")
        ]
        if name == "route":
            plain, native = f"a {ROUTE_KINDS[0]} server", f"an {L2TP_IPSEC} server"
            command = "postern config add route ..."
            keys[0] = Row("n", f"New route to {plain}", self._new, command)
            keys.append(Row("i", f"New route to {native}", lambda: self._new(L2TP_IPSEC), command))
            keys.append(Row("l", "New route into the LAN", lambda: self._new(LOCAL), command))
            keys.append(Row("c", TITLES["choice"], self._choices, "postern config add choice ..."))
            keys.append(Row("f", FRONT, self._front, "postern config set front.KEY VALUE"))
        if name == "client":
            page = Certificates(self._ends, self._believed())
            keys.append(Row("c", "Certificates", lambda: Open(page), "postern ca list"))
        if name == "admin" and self._ends.who.face == "console":
            lost = claim_form(self._ends, again=True)
            keys.append(Row("g", "Get me back in", lambda: Open(lost), "postern claim NAME"))
        if name == "route":
            passwords = Passwords(self._ends)
            keys.append(Row("p", PASSWORDS, lambda: Open(passwords), "postern users list"))
        if name == "admin":
            keys += console_keys(self._ends)
        return View(TITLES[name], text, head, rows, tuple(keys))

    def _open(self, entry: dict[str, Any]) -> Callable[[], Step]:
        return lambda: Open(OneEntry(self._ends, self._table, str(entry.get(self._table.named))))

    def _new(self, kind: str = ROUTE_KINDS[0]) -> Step:
        draft = Draft.candidate(self._ends)
        return Open(entry_form(self._ends, draft, self._table, None, kind))

    def _front(self) -> Step:
        return Open(settings_form(self._ends, "front"))

    def _choices(self) -> Step:
        return Open(Entries(self._ends, "choice"))

    def _believed(self) -> tuple[Row, ...]:
        """What the page of certificates has of the configuration."""
        ca, own = Entries(self._ends, "ca"), Entries(self._ends, "certificate")
        return (
            Row("t", TITLES["ca"], lambda: Open(ca), "postern config add ca ..."),
            Row("o", "Own", lambda: Open(own), "postern config add certificate ..."),
        )


class OneEntry:
    """One entry: everything in it, and what can be done with it."""

    def __init__(self, ends: Ends, table: Table, name: str) -> None:
        self._ends = ends
        self._table = table
        self._name = name

    def view(self) -> View:
        table, name = self._table, self._name
        entry = _named(Draft.candidate(self._ends), table, name)
        if entry is None:
            return View(f"{table.name} {name}", ("It is not there any more.",))
        place = f"{table.name}.{name}"
        choices = [
            ("Change it", self._change, f"postern config set {place}.KEY VALUE"),
            ("Remove it", self._remove, f"postern config remove {place}"),
        ]
        if table.name == "client":
            choices += client_choices(self._ends, entry)
        choices += self._rest(entry, place)
        text = show.pairs([(key.name, fact(key, entry)) for key in table.keys])
        return View(f"{table.name} {name}", tuple(text), rows=numbered(choices))

    def _rest(self, entry: dict[str, Any], place: str) -> list[tuple[str, Action, str]]:
        """What is not asked at first, where there is such a thing."""
        rest = rest_of(self._table, entry)
        if not rest:
            return []
        text = f"Change it, with {' and '.join(', '.join(rest).rsplit(', ', 1))}"
        return [(text, lambda: self._change(whole=True), f"postern config set {place}.KEY VALUE")]

    def _change(self, *, whole: bool = False) -> Step:
        draft = Draft.candidate(self._ends)
        entry = _named(draft, self._table, self._name)
        return Open(entry_form(self._ends, draft, self._table, entry, whole=whole))

    def _remove(self) -> Step:
        def remove() -> Step:
            change = Change("remove", self._table.name, self._name)
            return Back(edited(f"{self._name} is removed", self._ends, [change]), pages=2)

        title = f"Remove {self._table.name} {self._name}?"
        return Open(question(title, (EDITED,), "Yes, remove it", remove))


def entry_form(
    ends: Ends,
    draft: Draft,
    table: Table,
    entry: dict[str, Any] | None,
    kind: str = "",
    *,
    title: str = "",
    whole: bool = False,
) -> Form:
    """The keys of one entry, checked by the judge; saved into the candidate.

    `kind` is that of a new route: each kind has keys of its own. `whole` asks for those, too, that
    stand in the place of others.
    """
    new = entry is None
    whole = whole or table.name in WHOLE
    kind = str((entry or {}).get("kind", kind))

    def make(values: Values) -> list[Change]:
        return changes_of(table, entry, values)

    def submit(values: Values) -> Step:
        changes = make(values)
        told = edited(f"{values.get(table.named, table.name)} is edited", ends, changes, draft)
        if new and values.get("psk"):
            end = "client" if table.name == "client" else "server of the route"
            return Instead(key_told(values["name"], values["psk"], end))
        return Back(told if changes else "Nothing was changed.")

    fields = tuple(
        _field(draft, table, key, entry, kind)
        for key in table.keys
        if _is_asked(key, entry, kind, whole=whole)
    )
    what = IN_WORDS.get(table.name, table.name)
    title = title or (f"New {what}" if new and table.most > 1 else f"Change {what}")
    return Form(title, fields, submit, judged(draft, make), (table.doc,))


def settings_form(ends: Ends, name: str, title: str = "") -> Form:
    """A table that is there once, such as [outside]."""
    draft, table = Draft.candidate(ends), the_table(name)
    entry = next(iter(draft.raw(name)), {})
    return entry_form(ends, draft, table, entry, title=title)


def entry_lines(table: Table, entries: Sequence[dict[str, Any]]) -> list[str]:
    """A table with its head; only what fits, and no secret."""
    keys = [key for name in BRIEF[table.name] if (key := table.key(name)) is not None]
    columns = [Column(key.name.upper(), least=6) for key in keys]
    rows = [[_brief(key, entry) for key in keys] for entry in entries]
    return show.table(columns, rows, WIDTH)


def rest_of(table: Table, entry: dict[str, Any]) -> list[str]:
    """The keys that only the whole form asks for."""
    kind = str(entry.get("kind", ""))
    return [
        key.name
        for key in table.keys
        if table.name not in WHOLE
        and _is_asked(key, entry, kind, whole=True)
        and not _is_asked(key, entry, kind, whole=False)
    ]


def _is_asked(key: Key, entry: dict[str, Any] | None, kind: str, *, whole: bool) -> bool:
    """What has items of its own, or is for another kind or in another's place, is no question."""
    if key.name in OWN_ITEMS:
        return False
    fits = (whole or not key.instead) and kind in (key.kinds or (kind,))
    return fits or (entry is not None and key.name in entry)


def _brief(key: Key, entry: dict[str, Any]) -> str:
    value = entry.get(key.name)
    if key.name == "ssh_key" and value is None and "ssh_keys" in entry:
        return counted(len(entry["ssh_keys"]), "key")
    if key.name == "server" and value is None and "servers" in entry:
        return counted(len(entry["servers"]), "server")
    if key.name == "server" and entry.get("kind") == LOCAL:
        return f"the LAN, as {entry['pool']}" if "pool" in entry else "the LAN"
    return shown_value(key, value) or "-"


def fact(key: Key, entry: dict[str, Any]) -> str:
    if key.secret:
        return "is set" if key.name in entry else ""
    return shown_value(key, entry.get(key.name))


def _field(draft: Draft, table: Table, key: Key, entry: dict[str, Any] | None, kind: str) -> Field:
    value = shown_value(key, (entry or {}).get(key.name))
    choices = draft.choices(table.name, key.name)
    if entry is None and (table.name, key.name) == ("route", "kind"):
        choices = (kind,)
    hint = key.doc
    default = shown_value(key, table.default(key.name))
    if key.secret and key.name in (entry or {}):
        hint += " Empty: as it is."
    elif key.pem:
        hint += " Type the path of a file with it, such as /tmp/it.pem."
    elif key.name == "psk":
        value = new_key()
        hint += " This one was made by chance; take it, or type another."
    elif choices and key.required and not value:
        value = choices[0]
    elif default and not key.listed:
        hint += f" {'Not set' if choices else 'Empty'}: {default}."
    elif not choices:
        hint += f" Such as {key.example.strip('[]').replace(chr(34), '')[:40]}"
    hidden = key.secret and not key.pem and not value  # a key made here is to be read
    return Field(key.name, key.name, value, hint, choices, hidden)


def _named(draft: Draft, table: Table, name: str) -> dict[str, Any] | None:
    found = (one for one in draft.raw(table.name) if str(one.get(table.named)) == name)
    return next(found, None)
