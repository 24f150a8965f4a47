"""Keeping the box well: updates and slots, the self-test, the support bundle, what board it is."""

from gateway.control.problems import Problem
from gateway.user.box_lines import finding_lines, slot_lines
from gateway.user.box_views import spoken
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

WATCH = 2.0  # seconds between two looks at an update under way
DONE = ("idle", "done", "failed", "")  # states of an update that is not under way


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
            )
        )
        return View("Upgrade and slots", tuple(text), rows=rows)

    def _ask(self) -> Step:
        def install(values: Values) -> Step:
            self._ends.box.upgrade(values["path"].strip())
            return Instead(Update(self._ends))

        text = (
            "Only a file signed for Postern is taken, and only for this kind of box. It goes",
            "to the system that does not run; nothing changes until the box starts again.",
        )
        field = Field("path", "File", hint="A .raucb file, or the folder where a USB stick is")
        return Open(Form("Install an update", (field,), install, _needed, text, "Install"))

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
    """How far an update has come."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        now = self._ends.box.upgrading()
        under_way = now.state.lower() not in DONE
        text = [f"{now.state or 'idle'}" + (f", {now.percent}%" if under_way else "")]
        if now.error:
            text += ["", now.error]
        elif now.state == "done":
            text += ["", "The next start uses the new system: 'Restart, reboot, power off'."]
        return View("Update", tuple(text), refresh=WATCH)


def selftest(ends: Ends) -> Menu:
    def chosen(which: str) -> Action:
        def test() -> Step:
            lines = finding_lines(ends.box.selftest(which))
            return Open(Told(f"Self-test: {which}", tuple(lines)))

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


def support(ends: Ends) -> Form:
    def make(values: Values) -> Step:
        path, contents = ends.box.support(values["path"].strip())
        lines = (
            f"Written to {path}",
            "",
            "Secrets are cut out. In it is:",
            *(f"  {one}" for one in contents),
            "",
            "It has not left this box: look it over, then fetch it with scp.",
        )
        return Instead(Told("Support bundle", lines))

    text = (
        "One file with the journal, the configuration without secrets, and facts of this box,",
        "for whoever helps you. You see the list of what is in it before it goes anywhere.",
    )
    field = Field("path", "Where to", hint="A folder, such as a USB stick's; empty: in memory")
    return Form("Support bundle", (field,), make, text=text, button="Make it")


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
