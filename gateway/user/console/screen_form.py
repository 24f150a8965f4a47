"""A form on the full screen: questions, judged while they are typed, and two buttons."""

from collections.abc import Callable
from typing import Any

import urwid

from gateway.user.console.model import Field, Form, Values, problems_of, said
from gateway.user.console.screen_list import Choice, Size

PAUSE = 0.3  # seconds without a key after which the answers are judged
MOST_TOLD = 4  # problems shown at a time


class Line(urwid.Edit):
    """One answer. Only what can be printed gets in: a paste may bring anything."""

    def valid_char(self, ch: str) -> bool:
        return len(ch) == 1 and ch.isprintable()


class Pick(urwid.Text):
    """One of a few words: Space, Left and Right go on to the next."""

    _selectable = True

    def __init__(self, caption: str, one: Field, changed: Callable[[], None]) -> None:
        super().__init__("")
        self._caption = caption
        self._choices = one.choices if one.value in one.choices else (one.value, *one.choices)
        self._number = self._choices.index(one.value)
        self._changed = changed
        self._draw()

    @property
    def value(self) -> str:
        return self._choices[self._number]

    def keypress(self, size: Size, key: str) -> str | None:
        step = {" ": 1, "right": 1, "left": -1}.get(key)
        if step is None:
            return key
        self._number = (self._number + step) % len(self._choices)
        self._draw()
        self._changed()
        return None

    def _draw(self) -> None:
        self.set_text(f"{self._caption}< {self.value or 'not set'} >")


class FormBox:
    """`changed` is called whenever something was typed; `typed` counts how often."""

    def __init__(self, form: Form, fit: Callable[[str], str], changed: Callable[[], None]) -> None:
        self.form = form
        self._fit = fit
        self._changed = changed
        self.typed = 0
        self.found = ""  # what is wrong, a line each
        wide = max(len(one.label) for one in form.fields) if form.fields else 0
        self._answers = [self._answer(one, wide) for one in form.fields]
        self._submit, self._back = Choice(f"[ {fit(form.button)} ]"), Choice("[ Back ]")
        intro = [urwid.Text(fit(line)) for line in form.text]
        self._first = len(intro) + 1
        self._walker: urwid.SimpleFocusListWalker[Any] = urwid.SimpleFocusListWalker(
            [
                *intro,
                urwid.Text(""),
                *(urwid.AttrMap(one, None, "focus") for one in self._answers),
                urwid.Text(""),
                urwid.AttrMap(self._submit, None, "focus"),
                urwid.AttrMap(self._back, None, "focus"),
            ]
        )
        self.box = urwid.ListBox(self._walker)
        self._walker.set_focus(self._first)

    def _answer(self, one: Field, wide: int) -> Line | Pick:
        caption = self._fit(f"{one.label:{wide}}  ")
        if one.choices:
            return Pick(caption, one, self._typed)
        line = Line(caption, self._fit(one.value), wrap="any", mask="*" if one.secret else None)
        urwid.connect_signal(line, "change", lambda widget, text: self._typed())
        return line

    @property
    def _place(self) -> int:
        return self._walker.focus or 0

    def values(self) -> Values:
        found = {}
        for one, answer in zip(self.form.fields, self._answers, strict=True):
            found[one.name] = answer.value if isinstance(answer, Pick) else answer.edit_text
        return found

    def hint(self) -> str:
        """What the question under the cursor means."""
        number = self._place - self._first
        fields = self.form.fields
        if not 0 <= number < len(fields):
            return ""
        return ("Space: the next. " if fields[number].choices else "") + fields[number].hint

    def paste(self, text: str) -> bool:
        """Put many letters where the cursor is; False where there is no line to type in."""
        number = self._place - self._first
        answer = self._answers[number] if 0 <= number < len(self._answers) else None
        if not isinstance(answer, Line):
            return False
        answer.insert_text("".join(letter for letter in text if answer.valid_char(letter)))
        return True

    def judge(self) -> bool:
        """Whether it may be submitted; `found` says why not."""
        problems = self.form.check(self.values())
        lines = [self._fit(said(problem, self.form)) for problem in problems]
        if len(lines) > MOST_TOLD:
            lines[MOST_TOLD - 1 :] = [f"... and {len(lines) - MOST_TOLD + 1} more"]
        self.found = "\n".join(lines)
        return not problems_of(problems)

    def _typed(self) -> None:
        self.typed += 1
        self._changed()

    def judge_after(self, typed: int) -> None:
        """Called a pause after every key: judges if no other key has come since."""
        if typed == self.typed:
            self.judge()

    def on_submit(self) -> bool:
        return self._at(self._submit)

    def on_back(self) -> bool:
        return self._at(self._back)

    def _at(self, button: Choice) -> bool:
        focus = self._walker[self._place]
        return isinstance(focus, urwid.AttrMap) and focus.original_widget is button

    def move(self, key: str) -> None:
        """To the next or the previous question or button."""
        step = {"enter": 1, "tab": 1, "shift tab": -1}.get(key, 0)
        place = self._place + step
        while step and 0 <= place < len(self._walker):
            if self._walker[place].selectable():
                self._walker.set_focus(place)
                return
            place += step
