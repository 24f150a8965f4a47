"""Keeping the box well: updates and slots, the self-test, the support bundle, what board it is."""

from collections.abc import Callable

from gateway.control.problems import Problem
from gateway.user.box_lines import finding_lines, slot_lines
from gateway.user.box_views import Upgrading, spoken
from gateway.user.cli.upkeep import TESTS
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Action,
    Back,
    Field,
    Form,
    Instead,
    Menu,
    Open,
    Row,
    Step,
    Told,
    Values,
    View,
    numbered,
    typed_word,
)
from gateway.user.console.pages.settings import settings_choice
from gateway.user.console.working import Working

WATCH = 2.0  # seconds between two looks at an update under way
NEXT = "The next start uses it: 'Restart, reboot, power off' in the main menu."


class Slots:
    """The two systems on the disk, and what to do with them."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        text = slot_lines(self._ends.box.status())
        rows = numbered(
            (
                ("Install an update from a file or USB stick", self._ask, "postern upgrade FILE"),
                ("Watch the update", self._watch, "postern upgrade --status"),
                ("Go back to the other system", self._back, "postern rollback"),
                settings_choice(self._ends, "upgrade"),
            )
        )
        return View("Upgrade and slots", tuple(text), rows=rows)

    def _ask(self) -> Step:
        def install(values: Values) -> Step:
            path = values["path"].strip()
            work = Working("Update", lambda: self._installed(path), self._progress)
            return Instead(work)

        text = (
            "Only a file signed for Postern is taken, and only for this kind of box. It goes",
            "to the system that does not run; nothing changes until the box starts again.",
            *(f"Of this box: {one}." for one in self._ends.box.status().upgrade),
        )
        field = Field("path", "File", "usb", "usb is the stick labelled POSTERN; or a whole path")
        return Open(Form("Install an update", (field,), install, _needed, text, "Install"))

    def _installed(self, path: str) -> list[str]:
        version = self._ends.box.upgrade(path)
        return [f"Version {version} is installed.", "", NEXT]

    def _progress(self) -> list[str]:
        return update_lines(self._ends.box.upgrading())

    def _watch(self) -> Step:
        return Open(Update(self._ends))

    def _back(self) -> Step:
        def back(values: Values) -> Step:
            self._ends.box.rollback()
            return Back("The next start uses the other system: 'Restart, reboot, power off'.")

        name = self._ends.hostname()
        text = (f"The other system starts next time. Type the box's name, {name}, to go on.",)
        field = Field("typed", "Name of this box")
        check = typed_word("name", name)
        return Open(Form("Go back to the other system", (field,), back, check, text, "Go back"))


class Update:
    """How far an update has come, whoever began it."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        lines = update_lines(self._ends.box.upgrading())
        return View("Update", tuple(lines), refresh=WATCH)


def update_lines(now: Upgrading) -> list[str]:
    match now.state:
        case "installing":
            return [f"An update is being installed: {now.percent}%"]
        case "failed":
            return [f"The last update failed: {now.error}."]
        case "done":
            return ["The last update is installed.", "", NEXT]
    return ["No update is being written."]


def selftest(ends: Ends) -> Menu:
    def chosen(which: str) -> Action:
        def test() -> Step:
            work: Callable[[], list[str]] = lambda: finding_lines(ends.box.selftest(which))  # noqa: E731
            return Open(Working(f"Self-test: {which}", work))

        return test

    words = {
        "all": "Everything (up to a minute)",
        "ports": "Ports and cables",
        "chance": "Random numbers",
        "ciphers": "Speed of the ciphers",
        "disk": "Wear of the disk",
        "clock": "Clock",
        "watchdog": "Watchdog",
    }
    choices = tuple((words[one], chosen(one), f"postern selftest {one}") for one in TESTS)
    return Menu("Self-test", choices)


class Support:
    """What would leave the box, before it is made."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        text = (
            "One file for whoever helps you. Keys and passwords are cut out. In it would be:",
            *(f"  {one}" for one in self._ends.box.support_contents()),
        )
        rows = numbered((("Make it", self._ask, "postern support"),))
        return View("Support bundle", text, rows=rows)

    def _ask(self) -> Step:
        def make(values: Values) -> Step:
            path = values["path"].strip()
            return Instead(Working("Support bundle", lambda: self._made(path)))

        hint = "usb is the stick labelled POSTERN; empty: in memory, to be fetched with scp"
        field = Field("path", "Where to", hint=hint)
        return Open(Form("Support bundle", (field,), make, button="Make it"))

    def _made(self, path: str) -> list[str]:
        written, contents = self._ends.box.support(path)
        lines = [f"Written to {written}", "", "In it is:", *(f"  {one}" for one in contents)]
        return [*lines, "", "It has not left this box: look it over, then take it along."]


class Board:
    """What box this is, and how far that can be believed."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        keys = (Row("w", "Write a report to send in", self._report, "postern board --report"),)
        return View("This box", tuple(spoken(self._ends.box.board())), keys=keys)

    def _report(self) -> Step:
        lines = (
            f"The report is in {self._ends.box.report()}",
            "",
            "It says what this box is made of, without keys or addresses of yours. Sent to the",
            "makers of Postern it turns 'should work' into 'was seen to work'.",
        )
        return Open(Told("Report", lines))


def _needed(values: Values) -> list[Problem]:
    return [] if values["path"].strip() else [Problem("file", "is empty", "Type it, or go back")]
