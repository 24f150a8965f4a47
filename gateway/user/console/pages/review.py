"""Looking a change over, applying it, and keeping it before it goes back by itself."""

from gateway.control.problems import Problem
from gateway.user.box_client import CONFIRM_S
from gateway.user.cli.show import counted
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Action,
    Back,
    Field,
    Form,
    Instead,
    Open,
    Stay,
    Step,
    Values,
    View,
    numbered,
    problems_of,
    question,
)

LONGEST_MIN = 60  # minutes that a change may stand unconfirmed
WATCH = 1.0  # seconds between two looks while the time runs


def confirm(ends: Ends) -> Step:
    """Keep the change that is running."""
    ends.box.confirm(ends.who)
    return Stay("The change is kept, and the next start uses it too.")


class Review:
    """What is changed but not applied, what the judge says of it, and what can be done."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        box = self._ends.box
        pending = box.status().pending
        if pending is not None:
            return Unconfirmed(self._ends).view()
        (lines, revision), problems = box.diff(), box.check()
        wrong = problems_of(problems)
        choices: list[tuple[str, Action, str]] = []
        if lines and not wrong:
            choices.append(
                ("Apply these changes", lambda: self._apply(revision), "postern config apply")
            )
        if lines:
            choices.append(("Forget these changes", self._forget, "postern config discard"))
        text = (_summary(len(lines), wrong), *_told(problems))
        return View("Review and apply", text, rows=numbered(choices), after=("", *lines))

    def _apply(self, revision: str) -> Step:
        def submit(values: Values) -> Step:
            seconds = 60 * int(values["minutes"])
            self._ends.box.apply(self._ends.who, values["comment"].strip(), seconds, revision)
            return Instead(Unconfirmed(self._ends))

        fields = (
            Field("comment", "What for", hint="A few words for the history"),
            Field(
                "minutes",
                "Minutes to confirm",
                str(CONFIRM_S // 60),
                "Unless you confirm within this time, everything goes back by itself",
            ),
        )
        return Open(Form("Apply", fields, submit, _check_minutes, button="Apply"))

    def _forget(self) -> Step:
        def forget() -> Step:
            self._ends.box.discard(self._ends.who)
            return Back("The changes are forgotten.")

        text = ("What runs now stays as it is.",)
        return Open(question("Forget all changes?", text, "Yes, forget them", forget))


class Unconfirmed:
    """A change runs, and goes back by itself unless somebody keeps it."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        pending = self._ends.box.status().pending
        if pending is None:
            return View("Applied", ("Nothing waits to be confirmed any more.",))
        text = [
            "The change runs, and goes back by itself unless somebody keeps it.",
            "Try now whether everything works: can you still log in, do the clients dial?",
        ]
        if self._ends.who.face == "ssh":
            text.append(
                "You came by the network: keep the change from a NEW SSH connection, or from "
                "the box's own console. That proves that you can still get in."
            )
        rows = numbered(
            (
                ("Keep the change", lambda: confirm(self._ends), "postern config confirm"),
                ("Take it back now", self._revert, "postern config revert"),
            )
        )
        return View("Applied, not confirmed", tuple(text), rows=rows, refresh=WATCH)

    def _revert(self) -> Step:
        self._ends.box.revert(self._ends.who)
        return Stay("The configuration from before runs again.")


def _summary(lines: int, wrong: list[Problem]) -> str:
    if not lines:
        return "There is nothing to apply: what you see is what runs."
    if wrong:
        return f"{counted(len(wrong), 'problem')} to put right before this can be applied:"
    return "This would change; nothing of it runs yet."


def _told(problems: list[Problem]) -> list[str]:
    return [f"  {problem}" for problem in problems]


def _check_minutes(values: Values) -> list[Problem]:
    typed = values["minutes"].strip()
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= LONGEST_MIN:
        return []
    return [Problem("minutes", "is no number of minutes", f"Type 1 to {LONGEST_MIN}")]
