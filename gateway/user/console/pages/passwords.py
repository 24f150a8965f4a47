"""Users whose passwords the box knows: those of the LAN, and where it encrypts towards a server."""

from collections.abc import Callable
from typing import Any

from gateway.control.lan_users import LanUser
from gateway.control.problems import Problem
from gateway.control.users import BadUser, Users
from gateway.user.cli.users import lan_lines, lines
from gateway.user.client import Refused
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Open,
    Row,
    Step,
    Values,
    View,
    numbered,
    question,
)
from gateway.user.console.pages.lan_users import OneLanUser, lan_form

TITLE = "Users and passwords"
BRIEF = (
    "Whom pppd lets into the LAN, and for whom the gateway encrypts where a route has encryption = "
    "mppe. Nothing shows a password.",
)
ABOUT = (
    "Where a route has encryption = mppe, the gateway encrypts in the users' names and needs their "
    "passwords. Only hashes are kept; nothing shows them.",
)


class Passwords:
    """All users, by name: those of MPPE, then those of routes into the LAN."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        found, trouble = self._users()
        lan = self._ends.box.lan_users()
        choices = [
            *((line, self._open(one)) for one, line in zip(found, lines(found), strict=True)),
            *((line, self._open_lan(one)) for one, line in zip(lan, lan_lines(lan), strict=True)),
        ]
        rows = tuple(Row(str(n), line, do) for n, (line, do) in enumerate(choices, start=1))
        text = [*BRIEF, *trouble]
        if not choices and not trouble:
            text.append("There is none yet: press l for the LAN, n for MPPE.")
        keys = (
            Row("l", "New user of the LAN", self._new_lan, "postern users add NAME --route ROUTE"),
            Row("n", "New user for MPPE", self._new, "postern users add NAME"),
        )
        return View(TITLE, tuple(text), rows=rows, keys=keys)

    def _users(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Hashes that cannot be opened are no reason not to show the others."""
        try:
            return self._ends.box.users(), []
        except Refused as error:
            return [], [f"{error}. {error.hint}."]

    def _new(self) -> Step:
        return Open(password_form(self._ends))

    def _new_lan(self) -> Step:
        return lan_form(self._ends)

    def _open(self, user: dict[str, Any]) -> Callable[[], Step]:
        return lambda: Open(OneUser(self._ends, str(user["name"])))

    def _open_lan(self, user: LanUser) -> Callable[[], Step]:
        return lambda: Open(OneLanUser(self._ends, user))


class OneUser:
    """One of them: another password, or none."""

    def __init__(self, ends: Ends, name: str) -> None:
        self._ends = ends
        self._name = name

    def view(self) -> View:
        choices = (
            ("Another password", self._change, "postern users add NAME"),
            ("Forget it", self._forget, "postern users remove NAME"),
        )
        return View(f"User {self._name}", rows=numbered(choices))

    def _change(self) -> Step:
        return Open(password_form(self._ends, self._name))

    def _forget(self) -> Step:
        def forget() -> Step:
            self._ends.box.forget_user(self._name)
            return Back(f"The password of {self._name} is forgotten.", pages=2)

        text = ("Sessions that are up go on; the next dial of this user is refused.",)
        return Open(question(f"Forget {self._name}?", text, "Yes, forget it", forget))


def password_form(ends: Ends, name: str = "") -> Form:
    """It holds at once, unlike the configuration's edits."""

    def store(values: Values) -> Step:
        user = name or values["name"]
        ends.box.store_user(user, values["password"], lm=values["lm"] == "yes")
        return Back(f"The password of {user} is stored, and holds for the next dial.")

    fields = (
        *(() if name else (Field("name", "User", hint="As typed at the client: DOMAIN\\ada"),)),
        Field("password", "Password", hint="The one that the old server knows", secret=True),
        Field(
            "lm", "LM hash too", "no", "Only for MS-CHAP version 1 with short keys", ("no", "yes")
        ),
    )
    title = f"Another password for {name}" if name else "New user for MPPE"
    return Form(title, fields, store, lambda values: check(name, values), ABOUT, "Store")


def check(name: str, values: Values) -> list[Problem]:
    """What would be refused, before it is sent."""
    user, lm = name or values["name"], values["lm"] == "yes"
    try:
        Users().with_user(user, values["password"], lm=lm)
    except BadUser as error:
        return [Problem("this", str(error), error.hint)]
    return []
