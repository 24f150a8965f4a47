"""A page on the full screen: lines to read and rows to choose from, in one list that scrolls."""

import re
from collections.abc import Callable
from typing import Any

import urwid

from gateway.user.console.model import Page, Row, View

Size = tuple[int, ...]
NARROWEST = 40  # letters of a line that is not worth a column
WIDEST = 24  # letters of a first column: what a peer has sent may look like one
_COLUMN = re.compile(r"\s*(?:\S+(?: \S+){0,3}\s{2,}(?=\S)|(?<=\s))")
FEWEST = 17  # lines that the body of a page has on the smallest screen, 80x24
MOST_PINNED = 6  # lines above the rows that stay in sight while these scroll


class Choice(urwid.Text):
    """A row that can be chosen; what is typed on it is not its business."""

    _selectable = True

    def keypress(self, size: Size, key: str) -> str:
        return key


class Lines:
    """The body of a page. `fit` makes a text safe for the terminal; `moved` hears of the focus."""

    def __init__(self, fit: Callable[[str], str], moved: Callable[[], None]) -> None:
        self._fit = fit
        self._walker: urwid.SimpleFocusListWalker[Any] = urwid.SimpleFocusListWalker([])
        self._walker.set_focus_changed_callback(lambda place: moved())
        self._top = urwid.Text("")
        self._list = urwid.ListBox(self._walker)
        self.box = urwid.Pile([("pack", self._top), self._list], focus_item=1)
        self._page: Page | None = None
        self._content: tuple[object, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._first = 0  # the place of the first row in the list

    def show(self, view: View, page: Page) -> None:
        """The focus stays on the same row as long as the page is the same."""
        content = _content(view)
        if page is self._page and content == self._content:
            self._rows = view.rows
            return
        old = self.focused() if page is self._page else None
        place = self._place if page is self._page else 0
        self._rows = view.rows
        wide = max((len(row.key) for row in view.rows), default=0)
        above, pinned = list(view.text), [""] * bool(view.text and view.rows)
        if view.rows and view.head:
            pinned.append(f"{'':{wide + 2}} {view.head}")
        if view.rows and len(above) <= MOST_PINNED:
            pinned, above = [*above, *pinned], []
        self._pin("\n".join(map(self._fit, pinned)), is_there=bool(pinned))
        self._first = len(above)
        self._walker[:] = [
            *(line_widget(self._fit(line)) for line in above),
            *(self._choice(row, wide) for row in view.rows),
            *(line_widget(self._fit(line)) for line in view.after),
        ]
        self._set_focus(old, place, new=page is not self._page)
        self._page, self._content = page, content

    def _pin(self, text: str, *, is_there: bool) -> None:
        """What does not scroll. A text of nothing would still take a line."""
        if self._top.text != text:
            self._top.set_text(text)
        parts: list[Any] = [(self._top, ("pack", None))] * is_there
        parts.append((self._list, ("weight", 1)))
        if len(parts) != len(self.box.contents):
            self.box.contents[:] = parts
            self.box.focus_position = len(parts) - 1

    def _choice(self, row: Row, wide: int) -> urwid.Widget:
        text = f" {row.key:>{wide}}  {row.text}"
        return urwid.AttrMap(
            Choice(self._fit(text), wrap="clip"), "bad" if row.bad else None, "focus"
        )

    def _set_focus(self, old: Row | None, place: int, *, new: bool) -> None:
        if not self._walker:
            return
        if old is not None and self.focus_on(old.key):
            return
        last = len(self._walker) - 1
        self._walker.set_focus(min(self._first if new and self._rows else place, last))

    def focus_on(self, key: str) -> bool:
        """Go to the row with this key, if there is one."""
        for number, row in enumerate(self._rows):
            if row.key == key:
                self._walker.set_focus(self._first + number)
                return True
        return False

    def goes_on(self, width: int) -> bool:
        """Whether a page to read may not fit on the screen as a whole."""
        return not self._rows and sum(line.rows((width,)) for line in self._walker) > FEWEST

    @property
    def _place(self) -> int:
        return self._walker.focus or 0

    def focused(self) -> Row | None:
        if not self._walker:
            return None
        number = self._place - self._first
        return self._rows[number] if 0 <= number < len(self._rows) else None


def line_widget(line: str) -> urwid.Widget:
    """A line that, where it has to be wrapped, goes on below its own second column."""
    found = _COLUMN.match(line)
    indent = found.end() if found else 0
    if not 0 < indent <= WIDEST or len(line) < NARROWEST:
        return urwid.Text(line)
    parts: list[Any] = [(indent, urwid.Text(line[:indent], wrap="clip")), urwid.Text(line[indent:])]
    return urwid.Columns(parts)


def _content(view: View) -> tuple[object, ...]:
    rows = tuple((row.key, row.text, row.bad) for row in view.rows)
    return view.text, view.head, rows, view.after
