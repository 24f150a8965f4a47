"""The menu on the full screen, by urwid: 80x24 and larger, on serial lines and on VGA.

Nothing is drawn unless it changed: urwid compares rows, and here nothing is told to it twice.
Only what is plain ASCII is drawn, unless the terminal is known to take more.
"""

import math
import signal
import time
from collections.abc import Callable
from itertools import groupby
from typing import Any, Final

import urwid
from urwid.display.raw import Screen as RawScreen

from gateway.control.problems import printable
from gateway.user.console.ends import GLANCE, Ends
from gateway.user.console.header import WIDTH, countdown, header
from gateway.user.console.model import (
    Action,
    Back,
    Form,
    Home,
    Leave,
    Open,
    Page,
    Row,
    Shell,
    Step,
    Told,
    View,
    Walk,
)
from gateway.user.console.pages.review import confirm
from gateway.user.console.screen_form import PAUSE, FormBox
from gateway.user.console.screen_list import Lines

SPLIT_KEY: Final = 0.6  # seconds: on a slow line the bytes of an arrow key come apart
TICK: Final = 1.0  # seconds between two looks whether something is due
QUIET: Final = 2.0  # seconds between two glances for the header
PALETTE: Final = [
    ("focus", "standout", "default"),
    ("title", "bold", "default"),
    ("bad", "bold", "default"),
]
REST: Final = 5.0  # times as long as a look took: no other look by itself
PASTE: Final = 8  # keys at once that nobody types
BACK: Final = ("esc", "left", "b", "backspace")
HELP: Final = (
    "Up, Down, Page Up, Page Down   move",
    "Enter                          choose",
    "a number, then Enter           choose that number",
    "b, Esc or Left                 back;  0 and Enter: to the main menu",
    "c                              keep a change that is not confirmed",
    "Ctrl-L                         draw everything again",
    "!                              the same menu as plain numbered text",
    "",
)


class Terminal(RawScreen):
    """Never stops for SIGTSTP, for which urwid has a handler of its own."""

    def signal_init(self) -> None:
        super().signal_init()
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)


def rest_after(took: float) -> float:
    """Seconds of rest after a look of so many: beyond a glance it has waited, and not worked."""
    return REST * min(took, GLANCE)


class Screen:
    """Runs until somebody logs out, wants a shell, or wants plain text."""

    def __init__(self, ends: Ends, walk: Walk, letters: Callable[[str], str]) -> None:
        self._ends = ends
        self._walk = walk
        self._letters = letters
        self._typed = ""
        self._due = math.inf  # seconds until the page is worth another look
        self._shown: View | None = None
        self._end: Step | None = None
        self._head = urwid.Text("", wrap="clip")
        self._title = urwid.Text("", wrap="clip")
        self._foot = urwid.Text("", wrap="clip")
        self._told = urwid.Text("")  # what was said to the end, in two lines if need be
        self._lines = Lines(self.fit, self._show_foot)
        self._form: FormBox | None = None  # the one on the screen
        self._kept: FormBox | None = None  # the last one: an error page may lie over it
        self._rest = 0.0  # seconds in which nobody is asked again: keys come first
        self._quiet = 0.0  # seconds until the header is worth another look
        head = urwid.Pile([self._head, urwid.AttrMap(self._title, "title")])
        self._found = urwid.Text("")
        self._footer = urwid.Pile([self._told, self._foot])
        self.frame: urwid.Frame[Any, Any, Any] = urwid.Frame(self._lines.box, head, self._footer)
        self._loop: urwid.MainLoop | None = None

    def run(self) -> Step:
        """`Leave`, a `Shell` to run, or `Home` for the plain text."""
        terminal = Terminal()
        terminal.set_input_timeouts(complete_wait=SPLIT_KEY)
        terminal.tty_signal_keys("undefined", "undefined", None, None, "undefined")
        self._end = None
        self._loop = urwid.MainLoop(
            self.frame,
            PALETTE,
            terminal,
            handle_mouse=False,
            input_filter=self._pasted,
            unhandled_input=self.key,
        )
        self.look()
        self._loop.set_alarm_in(TICK, self._tick)
        self._loop.run()
        return self._end or Leave()

    def fit(self, text: str) -> str:
        return self._letters(printable(text))

    def look(self) -> None:
        """Bring everything up to date; what has not changed stays untouched."""
        began = time.monotonic()
        glance = self._ends.glance()
        self._walk.lock(glance.box is not None and glance.box.locked)
        lines = header(glance, WIDTH)
        pending = glance.box.pending if glance.box else None
        if pending is not None:
            lines.append(countdown(pending))
        _put(self._head, "\n".join(map(self.fit, lines)))
        self._page()
        self._rest = rest_after(time.monotonic() - began)

    def _page(self) -> None:
        top = self._walk.top
        if isinstance(top, Form):
            self._show_form(top)
        else:
            self._show_page(top)

    def _show_form(self, form: Form) -> None:
        self._due = math.inf
        if self._form is None or self._form.form is not form:
            if self._kept is None or self._kept.form is not form:
                self._kept = FormBox(form, self.fit, self._soon)
            self._form = self._kept
            self.frame.body = self._form.box
            self._shown = None
            _put(self._title, self._ruled(form.title))
        _put(self._foot, "Tab or Enter: next   Esc: back   Ctrl-L: draw again")
        _put(self._told, self.fit(self._walk.told or self._form.hint()))
        self._tell_problems(self._form.found)

    def _tell_problems(self, found: str) -> None:
        """Always in sight, however long what is typed."""
        _put(self._found, found)
        parts: list[Any] = [urwid.AttrMap(self._found, "bad")] * bool(found)
        parts += [self._told, self._foot]
        if len(parts) != len(self._footer.contents):
            contents: list[Any] = [(one, ("pack", None)) for one in parts]
            self._footer.contents[:] = contents

    def _show_page(self, page: Page) -> None:
        view = self._walk.view(page)
        self._due = view.refresh or math.inf
        if self._form is not None:
            self._form = None
            self.frame.body = self._lines.box
            self._tell_problems("")
        _put(self._title, self._ruled(view.title))
        self._lines.show(view, page)
        self._shown = view
        self._show_foot()

    def _show_foot(self) -> None:
        view = self._shown
        if view is None:
            return
        words = [f"{row.key} {row.text}" for row in view.keys]
        words += ["Enter: choose"] if view.rows else []
        words += ["PgUp, PgDn: read on"] if self._lines.goes_on(WIDTH) else []
        words += ["b: back"] if self._walk.depth > 1 else []
        _put(self._foot, "\n".join(map(self.fit, _in_lines([*words, "?: help"]))))
        _put(self._told, self.fit(f"Choice: {self._typed}" if self._typed else self._hint()))

    def _hint(self) -> str:
        """What the last action said; else what the row in focus is about."""
        row = self._lines.focused()
        if self._walk.told or row is None:
            return self._walk.told
        return row.about or (f"From a shell: {row.command}" if row.command else "")

    def _ruled(self, title: str) -> str:
        return self.fit(f"-- {title} ").ljust(WIDTH, "-")

    def _soon(self) -> None:
        """A form was typed in: have it judged when the typing pauses."""
        form = self._form
        if self._loop is not None and form is not None:
            typed = form.typed
            self._loop.set_alarm_in(PAUSE, lambda loop, data: self._judge(form, typed))

    def _judge(self, form: FormBox, typed: int) -> None:
        form.judge_after(typed)
        self._page()

    def _tick(self, loop: urwid.MainLoop, data: object) -> None:
        box = self._ends.latest.box
        pending = box is not None and box.pending is not None
        self._due -= TICK
        self._quiet -= TICK
        self._rest -= TICK
        if self._rest <= 0 and (pending or self._quiet <= 0 or self._due <= 0):
            self._quiet = QUIET
            self.look()
        loop.set_alarm_in(TICK, self._tick)

    def key(self, key: object) -> bool:
        """A key that no widget has taken."""
        if not isinstance(key, str):
            return False  # a mouse
        if key == "ctrl l":
            self._redraw()
        elif self._form is not None:
            self._form_key(key)
        else:
            self._page_key(key)
        return True

    def _pasted(self, keys: list[Any], raw: list[int]) -> list[Any]:
        """Many letters at once go into the line as one: urwid would lay it out for each."""
        if len(keys) < PASTE or self._loop is None:
            return keys
        for letters, run in groupby(keys, lambda key: len(key) == 1):
            text = list(run)
            if not letters or self._form is None or not self._form.paste("".join(text)):
                self._loop.process_input(text)
        return [key for key in keys if key == "window resize"]

    def _redraw(self) -> None:
        if self._loop is not None:
            self._loop.screen.clear()

    def _form_key(self, key: str) -> None:
        form = self._form
        if form is None:
            return
        if key == "esc" or (key == "enter" and form.on_back()):
            self._do(Back)
        elif key == "enter" and form.on_submit():
            if form.judge():
                values = form.values()
                self._do(lambda: form.form.submit(values))
            else:
                self._page()
        else:
            form.move(key)
            self._page()

    def _page_key(self, key: str) -> None:
        if key.isascii() and key.isdigit() and len(self._typed) < 9:
            self._typed += key
            self._lines.focus_on(self._typed)
        elif key == "backspace" and self._typed:
            self._typed = self._typed[:-1]
        elif key == "enter":
            self._enter()
            return
        else:
            self._typed = ""
            action = self._meaning(key)
            if action is not None:
                self._do(action)
                return
        self._show_foot()

    def _enter(self) -> None:
        typed, self._typed = self._typed, ""
        row = self._row(typed) if typed else self._lines.focused()
        if row is not None:
            self._do(row.do)
        elif typed == "0":
            self._do(Home)
        else:
            self._walk.told = f"There is no choice {typed} here." if typed else ""
            self._show_foot()

    def _row(self, key: str) -> Row | None:
        view = self._shown or View("")
        return next((one for one in (*view.rows, *view.keys) if one.key == key), None)

    def _meaning(self, key: str) -> Action | None:
        row = self._row(key)
        box = self._ends.latest.box
        if row is not None:
            return row.do
        if key in BACK and self._walk.depth > 1:
            return Back
        if key == "c" and box is not None and box.pending is not None:
            return lambda: confirm(self._ends)
        if key == "?":
            return self._help
        if key == "!":
            self._leave(Home())
        return None

    def _help(self) -> Step:
        view = self._shown or View("")
        rows = [row for row in (*view.rows, *view.keys) if row.command]
        commands = [f"  {row.key:>3}  {row.command}" for row in rows]
        return Open(Told("Help", (*HELP, *(["The same from a shell:", *commands] if rows else []))))

    def _do(self, action: Action) -> None:
        """Carry it out; whoever waits sees that it is under way."""
        _put(self._told, "Please wait ...")
        if self._loop is not None:
            self._loop.draw_screen()
        step = self._walk.do(action)
        if isinstance(step, (Leave, Shell)):
            self._leave(step)
        self.look()

    def _leave(self, step: Step) -> None:
        self._end = step
        raise urwid.ExitMainLoop


def _in_lines(words: list[str]) -> list[str]:
    """As many on a line as fit; none is cut in two."""
    lines = words[:1]
    for word in words[1:]:
        longer = f"{lines[-1]}   {word}"
        lines[-1:] = [longer] if len(longer) <= WIDTH else [lines[-1], word]
    return lines


def _put(widget: urwid.Text, text: str) -> None:
    if widget.text != text:
        widget.set_text(text)
