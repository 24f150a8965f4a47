"""Users of the old servers whose passwords the gateway knows: it encrypts towards the server."""

from collections.abc import Callable
from typing import Any

from gateway.control.problems import Problem
from gateway.control.users import BadUser, Users
from gateway.user.cli.users import lines
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

TITLE = "Passwords for MPPE"
ABOUT = (
    "Where a route has encryption = mppe, the gateway encrypts in the users' names and needs their "
    "passwords. Only hashes are kept; nothing shows them.",
)


class Passwords:
    """All users, by name."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        found = self._ends.box.users()
        rows = tuple(
            Row(str(number), line, self._open(one))
            for number, (one, line) in enumerate(zip(found, lines(found), strict=True), start=1)
        )
        text = ABOUT if found else (*ABOUT, "There is none yet: press n.")
        keys = (Row("n", "New user", self._new, "postern users add NAME"),)
        return View(TITLE, text, rows=rows, keys=keys)

    def _new(self) -> Step:
        return Open(password_form(self._ends))

    def _open(self, user: dict[str, Any]) -> Callable[[], Step]:
        return lambda: Open(OneUser(self._ends, str(user["name"])))


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
    title = f"Another password for {name}" if name else "New user"
    return Form(title, fields, store, lambda values: check(name, values), ABOUT, "Store")


def check(name: str, values: Values) -> list[Problem]:
    """What would be refused, before it is sent."""
    user, lm = name or values["name"], values["lm"] == "yes"
    try:
        Users().with_user(user, values["password"], lm=lm)
    except BadUser as error:
        return [Problem("this", str(error), error.hint)]
    return []
