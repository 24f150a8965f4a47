"""What a menu is, for both renderers: pages, rows to choose from, forms, and where one leads.

A page is asked for its `view` as often as a renderer likes. Choosing a row calls its action, which
asks the daemon or the box agent and returns a step; a `DaemonError` on the way becomes a page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.control.problems import Problem
from gateway.user.client import DaemonError, NotRunning

Values = Mapping[str, str]  # what stands in a form, by the fields' names


@dataclass(frozen=True, slots=True)
class Row:
    """Something to choose. `key` is what is typed for it: a number, or one letter."""

    key: str
    text: str
    do: "Action"
    command: str = ""  # the same from a shell
    about: str = ""  # a sentence on it
    bad: bool = False  # drawn so that it is seen


@dataclass(frozen=True, slots=True)
class View:
    """A page as it is now."""

    title: str
    text: tuple[str, ...] = ()
    head: str = ""  # of the columns that the rows have
    rows: tuple[Row, ...] = ()
    keys: tuple[Row, ...] = ()  # what else can be done here, by one letter
    after: tuple[str, ...] = ()  # lines behind the rows
    refresh: float = 0.0  # seconds after which it is worth another look; 0 is never


class Page(Protocol):
    def view(self) -> View: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. With `choices` the value is one of them."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Questions, checked while they are answered. `submit` is called only without errors."""

    title: str
    fields: tuple[Field, ...]
    submit: Callable[[Values], "Step"]
    check: Callable[[Values], Sequence[Problem]] = field(default=lambda values: ())
    text: tuple[str, ...] = ()
    button: str = "Save"

    def start(self) -> dict[str, str]:
        return {one.name: one.value for one in self.fields}


@dataclass(frozen=True, slots=True)
class Open:
    """Go to another page, and come back to this one."""

    page: Page | Form


@dataclass(frozen=True, slots=True)
class Instead:
    """Go to another page, and from there to the one before this."""

    page: Page | Form


@dataclass(frozen=True, slots=True)
class Back:
    """So many pages back; `told` is shown there in a line until something else is done."""

    told: str = ""
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Stay:
    """Here, with what is new; `told` as for `Back`."""

    told: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """To the first page."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the menu."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Lend the terminal to a program."""

    argv: tuple[str, ...]


Step = Open | Instead | Back | Stay | Home | Leave | Shell
Action = Callable[[], Step]


@dataclass(frozen=True, slots=True)
class Told:
    """A page with lines to read."""

    title: str
    lines: tuple[str, ...]

    def view(self) -> View:
        return View(self.title, self.lines)


@dataclass(frozen=True, slots=True)
class Menu:
    """A page with nothing but choices, numbered from 1."""

    title: str
    choices: tuple[tuple[str, Action, str], ...]  # text, action, the command that does the same
    text: tuple[str, ...] = ()

    def view(self) -> View:
        return View(self.title, self.text, rows=numbered(self.choices))


def numbered(choices: Sequence[tuple[str, Action, str]]) -> tuple[Row, ...]:
    """Choices as rows, from 1."""
    return tuple(
        Row(str(number), text, do, command)
        for number, (text, do, command) in enumerate(choices, start=1)
    )


def question(title: str, text: Sequence[str], yes: str, do: Action) -> Menu:
    """A page that asks before something is done that cannot be undone."""
    return Menu(title, ((yes, do, ""), ("No, go back", Back, "")), tuple(text))


def failure(error: DaemonError, title: str = "This could not be done") -> Told:
    """What went wrong, and what to do about it."""
    what = str(error)
    return Told(title, (f"{what[:1].upper()}{what[1:]}.", "", f"{error.hint}."))


class Walk:
    """Where in the menu a person is. `told` is what the last action had to say."""

    def __init__(self, first: Page) -> None:
        self._stack: list[Page | Form] = [first]
        self._locked = False
        self.told = ""

    @property
    def top(self) -> Page | Form:
        return self._stack[-1]

    @property
    def depth(self) -> int:
        return len(self._stack)

    def lock(self, locked: bool) -> None:
        """To the first page when the one who was logged in is so no more."""
        if locked and not self._locked:
            self.go(Home())
            self.told = ""
        self._locked = locked

    def view(self, page: Page) -> View:
        """The page as it is now, or why it cannot be shown."""
        try:
            return page.view()
        except DaemonError as error:
            title = "Not there" if isinstance(error, NotRunning) else "No answer"
            return View(title, failure(error).lines, refresh=5.0)

    def do(self, action: Action) -> Step:
        """Carry out an action and go where it leads. `Leave` and `Shell` are the renderer's."""
        self.told = ""
        try:
            step = action()
        except DaemonError as error:
            step = Open(failure(error))
        self.go(step)
        return step

    def go(self, step: Step) -> None:
        match step:
            case Open(page):
                self._stack.append(page)
            case Instead(page):
                del self._stack[max(1, len(self._stack) - 1) :]
                self._stack.append(page)
            case Back(told, pages):
                del self._stack[max(1, len(self._stack) - pages) :]
                self.told = told
            case Stay(told):
                self.told = told
            case Home():
                del self._stack[1:]


def problems_of(found: Sequence[Problem]) -> list[Problem]:
    """Those that keep a form from being submitted."""
    return [problem for problem in found if not problem.warning]


def said(problem: Problem, form: Form) -> str:
    """A problem as a form tells it: of its own questions the name is enough of a place."""
    kind = "warning: " if problem.warning else ""
    name = problem.where.rpartition(".")[2]
    own = any(one.name == re.sub(r"\[\d+\]$", "", name) for one in form.fields)
    return f"{name if own else problem.where}: {kind}{problem.what}. {problem.hint}."


def typed_word(label: str, word: str) -> Callable[[Values], list[Problem]]:
    """A check that somebody has typed this very word in the field `typed`."""

    def check(values: Values) -> list[Problem]:
        if values.get("typed", "").strip() == word:
            return []
        return [Problem(label, f"is not {word}", f"Type {word} to go on, or go back")]

    return check
