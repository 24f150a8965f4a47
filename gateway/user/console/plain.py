"""The menu as numbered text: for dumb terminals, screen readers, scripts and the rescue entry.

Linear: one question a line, nothing drawn over. Works without urwid and without a terminal.
"""

from collections.abc import Callable, Iterable
from typing import Final, TextIO

from gateway.control.problems import printable
from gateway.user.console.ends import Ends, Glance
from gateway.user.console.header import countdown, header
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Home,
    Leave,
    Page,
    Row,
    Shell,
    Values,
    View,
    Walk,
    problems_of,
    said,
)
from gateway.user.console.pages.review import confirm
from gateway.user.console.terminal import lend
from gateway.user.console.working import Working

AT_ONCE: Final = 20  # rows shown before it is asked whether there shall be more
HELP: Final = (
    "Type the number or letter of a choice and press Enter.",
    "Enter alone looks again; b goes back; 0 goes to the main menu, and there logs out;",
    "m shows more rows; c keeps a change that is not confirmed; ! changes to the full screen.",
)
SCREEN, LEAVE = "screen", "leave"  # why the plain menu ended


class Gone(Exception):
    """Nobody types any more."""


class Plain:
    """Reads lines from `source`, writes to `out`. `letters` fits text to the terminal."""

    def __init__(
        self, ends: Ends, walk: Walk, source: TextIO, out: TextIO, letters: Callable[[str], str]
    ) -> None:
        self._ends = ends
        self._walk = walk
        self._source = source
        self._out = out
        self._letters = letters
        self._afresh = True  # somebody wants to see the header

    def run(self, *, may_change: bool) -> str:
        """Until somebody logs out, or asks for the full screen where that may be."""
        try:
            while True:
                why = self._once(may_change)
                if why:
                    return why
        except Gone:
            return LEAVE

    def _once(self, may_change: bool) -> str:
        top = self._walk.top
        if isinstance(top, Form):
            self._fill(top)
            return ""
        return self._page(top, may_change)

    def _page(self, page: Page, may_change: bool) -> str:
        if isinstance(page, Working):
            self._print("Please wait ...")
            page.wait()
        self._head()
        view = self._walk.view(page)
        self._show(view)
        shown = AT_ONCE
        while True:
            typed = self._ask("Choice").strip()
            if typed == "?":
                self._print(*HELP, *(_commands(view)))
            elif typed == "m" and shown < len(view.rows):
                self._rows(view.rows[shown : shown + AT_ONCE], len(view.rows) - shown - AT_ONCE)
                shown += AT_ONCE
            elif typed == "!" and may_change:
                return SCREEN
            elif typed == "!":
                self._print("There is no full screen here.")
            else:
                return self._choose(typed, view)

    def _choose(self, typed: str, view: View) -> str:
        if self._ends.own_console and self._locked_meanwhile():
            return ""
        row = next((one for one in (*view.rows, *view.keys) if one.key == typed), None)
        if row is None and typed.lower() == "c" and self._pending():
            row = Row("c", "", lambda: confirm(self._ends))
        if row is not None:
            return self._do(row)
        if typed == "b" or (typed == "0" and self._walk.depth > 1):
            self._walk.go(Back() if typed == "b" else Home())
        elif not typed:
            self._afresh = True
        else:
            self._print(f"There is no choice {typed!r} here; ? helps.")
        return ""

    def _locked_meanwhile(self) -> bool:
        """Nobody may have typed here for hours: what is on the paper is not to be chosen from."""
        top = self._walk.top
        self._look()
        return self._walk.top is not top

    def _do(self, row: Row) -> str:
        step = self._walk.do(row.do)
        if isinstance(step, Leave):
            return LEAVE
        if isinstance(step, Shell):
            self._walk.told = lend(step.argv)
        return ""

    def _look(self) -> Glance:
        """How both are; whoever is logged in no more is at the first page."""
        glance = self._ends.glance()
        self._walk.lock(glance.box is not None and glance.box.locked)
        return glance

    def _head(self) -> None:
        glance = self._look()
        if self._walk.depth == 1 and self._afresh:
            self._print("", *header(glance, None))
        self._afresh = False
        line = countdown(glance.box.pending) if glance.box else ""
        self._print("", *filter(None, [line, self._walk.told]))

    def _pending(self) -> bool:
        box = self._ends.glance().box
        return box is not None and box.pending is not None

    def _show(self, view: View) -> None:
        self._print(view.title, *view.text)
        if view.head and view.rows:
            self._print(f"   {view.head}")
        self._rows(view.rows[:AT_ONCE], len(view.rows) - AT_ONCE)
        self._print(*view.after)
        self._rows(view.keys, 0)
        if self._walk.depth > 1:
            self._print("b) Back")

    def _rows(self, rows: Iterable[Row], left: int) -> None:
        self._print(*(f"{row.key}) {row.text}" for row in rows))
        if left > 0:
            self._print(f"m) {left} more")

    def _fill(self, form: Form) -> None:
        """Ask every field; again from the start while the judge is not content."""
        self._print("", form.title, *form.text, "A full stop alone goes back; Enter keeps [..].")
        values = form.start()
        while True:
            for one in form.fields:
                typed = self._answer(one, values)
                if typed is None:
                    self._walk.go(Back())
                    return
                values[one.name] = typed
            found = form.check(values)
            self._print(*(said(problem, form) for problem in found))
            if not problems_of(found):
                break
        self._submit(form, values)

    def _submit(self, form: Form, values: Values) -> None:
        answer = self._ask(f"{form.button}? (yes or no)").strip().lower()
        if answer not in ("y", "yes"):
            self._walk.go(Back())
            self._walk.told = "Nothing was done."
            return
        self._do(Row("", "", lambda: form.submit(values)))

    def _answer(self, one: Field, values: Values) -> str | None:
        """What is typed, `-` for nothing at all; None to go back."""
        if one.hint:
            self._print(f"  ({one.hint})")
        if one.choices:
            self._print("  " + "  ".join(f"{i}) {w}" for i, w in enumerate(one.choices, 1)))
        now = values[one.name]
        shown = "*" * min(8, len(now)) if one.secret else now
        typed = self._ask(f"{one.label} [{shown}]").strip()
        if typed == ".":
            return None
        if (
            one.choices
            and typed.isascii()
            and typed.isdigit()
            and 0 < int(typed) <= len(one.choices)
        ):
            return one.choices[int(typed) - 1]
        return "" if typed == "-" else typed or now

    def _ask(self, question: str) -> str:
        self._out.write(self._letters(printable(question)) + ": ")
        self._out.flush()
        line = self._source.readline()
        if not line:
            self._out.write("\n")
            raise Gone
        return line.encode(errors="replace").decode()  # bytes that were no letters

    def _print(self, *lines: str) -> None:
        for line in lines:
            self._out.write(self._letters(printable(line)).rstrip() + "\n")
        self._out.flush()


def _commands(view: View) -> list[str]:
    rows = [row for row in (*view.rows, *view.keys) if row.command]
    return (
        ["The same from a shell:", *(f"  {row.key}: {row.command}" for row in rows)] if rows else []
    )
