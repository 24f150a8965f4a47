"""One user of a route into the LAN, and the form for a new one: they stand in pppd's files."""

from gateway.control.lan_users import LanRoute, LanUser, check_user, lan_routes
from gateway.control.problems import Problem
from gateway.control.secrets_file import ANY
from gateway.control.users import BadUser
from gateway.user.cli.users import lan_lines
from gateway.user.client import DaemonError
from gateway.user.console.draft import Draft
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Open,
    Step,
    Values,
    View,
    numbered,
    question,
)

ABOUT = (
    "Whoever dials a client of this route has to give this name and password. pppd needs the "
    "password itself, so it stands on the box for root alone; nothing shows it.",
)


class OneLanUser:
    """Another password, or none."""

    def __init__(self, ends: Ends, user: LanUser) -> None:
        self._ends = ends
        self._user = user

    def view(self) -> View:
        user, command = self._user, "NAME --route ROUTE"
        choices = [("Forget it", self._forget, f"postern users remove {command}")]
        if ANY not in (user.name, user.route) and user.known:
            change = ("Another password", self._change, f"postern users add {command}")
            choices = [change, *choices]
        return View(f"User {user.name}", tuple(lan_lines([user])), rows=numbered(choices))

    def _change(self) -> Step:
        return Open(_form(self._ends, (self._user.route,), self._user.name))

    def _forget(self) -> Step:
        name, route = self._user.name, self._user.route

        def forget() -> Step:
            self._ends.box.forget_lan_user(name, route)
            return Back(f"The password of {name} is forgotten.", pages=2)

        text = ("Sessions that are up go on; the next dial of this user is refused.",)
        return Open(question(f"Forget {name} on {route}?", text, "Yes, forget it", forget))


def lan_form(ends: Ends) -> Step:
    """For a new user; a `DaemonError` where there is no route for one."""
    texts = (Draft.running(ends).text, Draft.candidate(ends).text)
    routes: list[LanRoute] = lan_routes(texts)
    names = tuple(one.name for one in routes if one.files)
    if names:
        return Open(_form(ends, names))
    if routes:
        what = "a RADIUS server knows the users of the routes into the LAN"
        raise DaemonError(what, "Add the user there")
    raise DaemonError("there is no route into the LAN", "Add one: l on the page of routes")


def _form(ends: Ends, routes: tuple[str, ...], name: str = "") -> Form:
    """It holds at once, unlike the configuration's edits."""

    def store(values: Values) -> Step:
        user = name or values["name"]
        ends.box.store_lan_user(user, values.get("route", routes[0]), values["password"])
        return Back(f"The password of {user} is stored, and holds for the next dial.")

    def check(values: Values) -> list[Problem]:
        try:
            check_user(name or values["name"], values["password"])
        except BadUser as error:
            return [Problem("this", str(error), error.hint)]
        return []

    fields = (
        *(() if name else (Field("name", "User", hint="As typed at the client: operator"),)),
        *((Field("route", "Route", routes[0], "Where", routes),) if len(routes) > 1 else ()),
        Field("password", "Password", hint="Up to 255 ASCII letters", secret=True),
    )
    where = f" on the route {routes[0]}" if len(routes) == 1 else " of the LAN"
    title = f"Another password for {name}" if name else f"New user{where}"
    return Form(title, fields, store, check, ABOUT, "Store")
