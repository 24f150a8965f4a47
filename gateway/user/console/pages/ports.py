"""The sockets for cables: which is which, and what each is for."""

from collections.abc import Callable, Sequence

from gateway.user.box_lines import cable, called, new_roles, port_lines
from gateway.user.box_views import Port
from gateway.user.cli import show
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Action,
    Back,
    Open,
    Row,
    Stay,
    Step,
    View,
    numbered,
)

ROLES = {
    "outside": "towards the clients, the internet",
    "inside": "towards the old servers",
    "unused": "for nothing",
}
BLINK_S = 10  # seconds
WATCH = 1.0  # seconds between two looks at the cables


class Ports:
    """All ports; choose one to say what it is for."""

    def __init__(self, ends: Ends, addresses: Action) -> None:
        self._ends = ends
        self._addresses = addresses

    def view(self) -> View:
        ports = self._ends.box.ports()
        head, *lines = port_lines(ports)
        rows = tuple(
            Row(str(number), line, self._open(port), bad=bool(port.problem))
            for number, (port, line) in enumerate(zip(ports, lines, strict=True), start=1)
        )
        text = ["Do not know which is which? Press p and plug a cable, or choose one to blink."]
        text += [f"! {called(port)}: {port.problem}" for port in ports if port.problem]
        keys = (
            Row("p", "Find by cable", self._plug, "postern ports find"),
            Row("a", "Addresses", self._addresses, "postern config set outside.KEY VALUE"),
        )
        return View("Ports", tuple(text), head, rows, keys, refresh=2.0)

    def _open(self, port: Port) -> Callable[[], Step]:
        return lambda: Open(OnePort(self._ends, port))

    def _plug(self) -> Step:
        return Open(Plug(self._ends, self._ends.box.ports()))


class OnePort:
    """One port: what it is for, and where it is on the box."""

    def __init__(self, ends: Ends, port: Port) -> None:
        self._ends = ends
        self._port = port

    def view(self) -> View:
        choices = [*role_choices(self._ends, self._port)]
        choices.append(
            (f"Blink for {BLINK_S} s", self._blink, f"postern ports blink {self._port.path}")
        )
        return View(called(self._port), tuple(_facts(self._port)), rows=numbered(choices))

    def _blink(self) -> Step:
        self._ends.box.blink(self._port.path, BLINK_S)
        return Stay(f"The light of {called(self._port)} blinks for {BLINK_S} s.")


class Plug:
    """Waits for a cable to be plugged in or pulled, and tells which port that was."""

    def __init__(self, ends: Ends, before: Sequence[Port]) -> None:
        self._ends = ends
        self._links = {port.path: port.link for port in before}
        self._found: Port | None = None

    def view(self) -> View:
        for port in self._ends.box.ports():
            if port.link != self._links.setdefault(port.path, port.link):
                self._links[port.path] = port.link
                self._found = port
        if self._found is None:
            text = (
                "Plug a cable into the port you mean, or pull it out.",
                "Waiting for a cable ...",
            )
            return View("Find a port by its cable", text, refresh=WATCH)
        what = "has a cable now" if self._links[self._found.path] else "has lost its cable"
        rows = numbered(role_choices(self._ends, self._found))
        text = (f"This one: {called(self._found)} {what}.", "What is it for?")
        return View("Find a port by its cable", text, rows=rows, refresh=WATCH)


def role_choices(ends: Ends, port: Port) -> list[tuple[str, Action, str]]:
    """What a port may be for, as choices."""
    return [
        (
            f"{role}: {meaning}",
            _assign(ends, port, role),
            f"postern ports assign {port.path}={role}",
        )
        for role, meaning in ROLES.items()
    ]


def _assign(ends: Ends, port: Port, role: str) -> Callable[[], Step]:
    def assign() -> Step:
        roles = ends.box.assign({port.path: role})
        told = new_roles(ends.box.ports(), {port.path}, roles)
        return Back(f"{told}, once you apply it: 'Review and apply'.".capitalize())

    return assign


def _facts(port: Port) -> list[str]:
    return show.pairs(
        [
            ("now for", port.role or "nothing yet"),
            ("Linux calls it", port.name),
            ("cable", cable(port)),
            ("address on the card", port.mac),
            ("place in the box", port.path),
            ("driver", port.driver),
            ("kept to this place", "yes" if port.pinned else "from the first time it is applied"),
            ("problem", port.problem),
        ]
    )
