"""Certificates: the box's own authority, what it has issued, and a new one for a machine."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.control.authority_desk import NO_AUTHORITY
from gateway.control.edit import change_from
from gateway.control.problems import Problem
from gateway.user.authority import BoxAuthority
from gateway.user.cli import show
from gateway.user.cli.ca import date_of
from gateway.user.cli.show import Column
from gateway.user.client import DaemonError
from gateway.user.console.draft import Draft
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Instead,
    Open,
    Row,
    Step,
    Values,
    View,
    question,
)
from gateway.user.console.working import Working

WIDTH = 72  # letters
COLUMNS = (Column("NAME", least=10), Column("STATE"), Column("UNTIL"), Column("NUMBER"))
ABOUT = "A machine with a certificate of its own needs no key, and is revoked alone."
EDITED = "Not applied yet: 'Review and apply' in the main menu."
NONE = Field("path", "Where to", hint="usb is a stick labelled POSTERN; empty: in memory, for scp")


class Certificates:
    """All that was issued, to choose from; without an authority, how to make one."""

    def __init__(self, ends: Ends, more: tuple[Row, ...] = ()) -> None:
        """`more`: what else can be done here, in the configuration."""
        self._ends = ends
        self._more = more
        self._authority = BoxAuthority(ends.box)

    def view(self) -> View:
        try:
            found = self._authority.ask("list")
        except DaemonError as error:
            if NO_AUTHORITY not in str(error):
                raise
            create = Row("c", "Create the authority", self._create, "postern ca create --dialled x")
            return View(
                "Certificates",
                (ABOUT, "There is no authority yet: press c."),
                keys=(create, *self._more),
            )
        head, *lines = register_lines(found["issued"])
        rows = tuple(
            Row(str(number), line, self._chosen(one))
            for number, (one, line) in enumerate(zip(found["issued"], lines, strict=True), start=1)
        )
        text = (ABOUT, f"{found['authority']}, until {date_of(found['until'])}")
        return View("Certificates", text, head, rows, (*self._keys(), *self._more))

    def _keys(self) -> tuple[Row, ...]:
        return (
            Row("n", "New, for a machine", self._new, "postern ca issue MACHINE"),
            Row("a", "The authority's own, to be trusted", self._export, "postern ca export"),
            Row("g", "Gateway's own, anew", self._gateway, "postern ca gateway --dialled x"),
            Row("l", "List of the revoked", self._list, "postern ca crl"),
        )

    def _chosen(self, one: dict[str, Any]) -> Callable[[], Step]:
        def revoke() -> Step:
            self._authority.ask("revoke", name=one["serial"])
            return Back(f"{one['name']} is revoked: it cannot dial any more.")

        text = (
            f"{one['name']}, number {one['serial']}: {one['state']}, until {date_of(one['until'])}",
            f"sha256 {one['fingerprint'][:32]}",
            f"       {one['fingerprint'][32:]}",
            "",
            "Revoked, it is refused for ever, and who is connected by it is out at once.",
        )
        return lambda: Open(question("Revoke this certificate?", text, "Yes, revoke it", revoke))

    def _create(self) -> Step:
        def make(values: Values) -> Step:
            names, more = _names(values["dialled"]), {"name": values["name"].strip()}
            return Instead(Working("Authority", lambda: self._made(names, more)))

        fields = (
            Field("dialled", "What clients dial", hint="names and addresses, with blanks between"),
            Field("name", "Its name", "Postern CA", "clients show it"),
        )
        text = ("It signs with SHA-1, which every old client can check.",)
        return Open(Form("Create the authority", fields, make, _dialled, text, "Create"))

    def _made(self, names: list[str], more: dict[str, str]) -> Sequence[str]:
        found = self._authority.ask("create", names=names, **more)
        self._authority.keep([change_from(one) for one in found["changes"]])
        return (f"{found['authority']} is made.", "", EDITED)

    def _new(self) -> Step:
        draft = Draft.candidate(self._ends)
        routes = draft.choices("client", "route")

        def make(values: Values) -> Step:
            machine = values["name"].strip()
            more = {"route": values.get("route", ""), "path": values["path"].strip()}
            return Instead(Working("Certificate", lambda: self._issued(machine, more)))

        fields = (
            Field("name", "Machine", hint="as in 'Clients and keys'; a new one is added there"),
            Field("route", "Route", routes[0] if routes else "", "of a new one", routes),
            NONE,
        )
        return Open(Form("A certificate for a machine", fields, make, _named, button="Issue"))

    def _issued(self, machine: str, more: dict[str, str]) -> Sequence[str]:
        known = self._authority.knows(machine)
        found = self._authority.ask("issue", name=machine, known=known, **more)
        changes = [change_from(one) for one in found["changes"]]
        self._authority.keep(changes)
        return (
            f"It is in {found['path']}, with its key.",
            "",
            f"    Password: {found['password']}",
            "",
            "It is shown only now. Import the file at the machine into the store of the",
            "computer, not that of a user, then destroy it.",
            *(["", EDITED] if changes else []),
        )

    def _gateway(self) -> Step:
        def make(values: Values) -> Step:
            names = _names(values["dialled"])
            return Instead(Working("Certificate", lambda: self._renewed(names)))

        fields = (Field("dialled", "What clients dial", hint="names and addresses"),)
        return Open(Form("The gateway's own certificate", fields, make, _dialled, button="Make it"))

    def _renewed(self, names: list[str]) -> Sequence[str]:
        found = self._authority.ask("gateway", names=names)
        self._authority.apply()
        return (f"It is in use, and good until {date_of(found['until'])}.",)

    def _export(self) -> Step:
        return self._file("The authority's certificate", "export")

    def _list(self) -> Step:
        return self._file("A new list of what is revoked", "crl")

    def _file(self, title: str, verb: str) -> Step:
        def make(values: Values) -> Step:
            found = self._authority.ask(verb, path=values["path"].strip())
            return Back(f"Written to {found['path']}.")

        return Open(Form(title, (NONE,), make, button="Write it"))


def register_lines(issued: Sequence[dict[str, Any]]) -> list[str]:
    """The table with its head."""
    rows = [[one["name"], one["state"], date_of(one["until"]), one["serial"]] for one in issued]
    return show.table(list(COLUMNS), rows, WIDTH)


def _names(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _dialled(values: Values) -> list[Problem]:
    if _names(values["dialled"]):
        return []
    hint = "Write the name or address that stands in the clients' connection"
    return [Problem("dialled", "is empty", hint)]


def _named(values: Values) -> list[Problem]:
    return [] if values["name"].strip() else [Problem("name", "is empty", "Type it, or go back")]
