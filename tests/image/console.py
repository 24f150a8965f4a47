"""A terminal of 80x24 on a box's serial line: what is on it, and keys for it."""

import re
import time
from collections.abc import Callable, Mapping

import pyte

from tests.image.line import KEY_BYTES, Line

COLUMNS, ROWS = 80, 24
SOFT_RESET = b"\x1b[!p"  # DECSTR, which pyte would draw
BETWEEN = 0.02  # seconds
DRAWN = 0.5  # seconds without a letter after the words that are waited for: their page is whole
ANSWERS = 30.0  # seconds in which an emulated box answers a key, while others work beside it
MOST_FIELDS = 24
ENTER, TAB, BACKSPACE, REDRAW, ESCAPE = "\r", "\t", "\x7f", "\x0c", "\x1b"


class NotSeen(AssertionError):
    """What was waited for did not come; the text has what was there instead."""


class Terminal:
    """The picture that bytes make. No line, no clock."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self.said = ""  # everything, as it came

    def feed(self, data: bytes) -> None:
        data = self._rest + data
        cut = next((n for n in (3, 2, 1) if data.endswith(SOFT_RESET[:n])), 0)
        self._rest = data[len(data) - cut :]
        whole = data[: len(data) - cut].replace(SOFT_RESET, b"")
        self.said += whole.decode(errors="replace")
        self._stream.feed(whole)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    @property
    def focused(self) -> str:
        """The row that is lit; empty without one."""
        return self.lit(1)

    def lit(self, rows: int) -> str:
        """The row that is lit and so many below it, where a long answer goes on."""
        found = [row for row in range(ROWS) if self._screen.buffer[row][0].reverse]
        return "".join(self.lines[found[0] : found[0] + rows]).strip() if found else ""


class Console:
    """The serial console of a box that runs."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.terminal = Terminal()
        self._mark = 0

    @property
    def text(self) -> str:
        return self.terminal.text

    def wait(self, words: str, seconds: float) -> str:
        """Until these words are on the screen; the whole screen with them."""
        self._until(lambda: words in self.text, seconds, f"{words!r} on the screen")
        self._settle()
        return self.text

    def wait_gone(self, words: str, seconds: float) -> str:
        """Until they are not there any more."""
        self._until(lambda: words not in self.text, seconds, f"{words!r} to leave the screen")
        return self.text

    def wait_said(self, pattern: str, seconds: float) -> re.Match[str]:
        """Until the line has said this since the last such wait: what scrolled by counts too."""
        found: list[re.Match[str]] = []

        def seen() -> bool:
            one = re.search(pattern, self.terminal.said[self._mark :])
            found.extend([one] if one else [])
            return one is not None

        self._until(seen, seconds, f"{pattern!r} from the line")
        self._mark += found[0].end()
        return found[0]

    def forget(self) -> None:
        """What was said until now counts no more for `wait_said`."""
        self.read(0)
        self._mark = len(self.terminal.said)

    def keys(self, keys: str, settle: float = 0.0) -> None:
        """Type; then read for `settle` seconds."""
        data = keys.encode()
        for start in range(0, len(data), KEY_BYTES):
            self._line.send(data[start : start + KEY_BYTES])
            self.read(BETWEEN)
        self.read(settle)

    def choose(self, key: str, words: str, seconds: float = 30) -> str:
        """Choose a row by its number, and wait for the page it leads to."""
        self.keys(key + ENTER)
        return self.wait(words, seconds)

    def letter(self, key: str, words: str, seconds: float = 30) -> str:
        """One of the page's letters, which take no Enter."""
        self.keys(key)
        return self.wait(words, seconds)

    def form(self, answers: Mapping[str, str], button: str, words: str, seconds: float) -> str:
        """Answer a form's questions by their labels, press its button, wait for what follows."""
        left = dict(answers)
        for _ in range(MOST_FIELDS):
            focused = self.terminal.focused
            if focused == f"[ {button} ]":
                break
            label = focused.split("  ")[0].removesuffix(":")
            if label in left:
                self._answer(label, left.pop(label))
            self._press(TAB)
        assert not left, f"the form does not ask for {', '.join(left)}; there is\n{self.text}"
        self.keys(ENTER)
        return self.wait(words, seconds)

    def _answer(self, label: str, wanted: str) -> None:
        now = self.terminal.focused.removeprefix(label).strip()
        if not now.startswith("< "):
            self.keys(BACKSPACE * len(now) + wanted)
            typed = "".join(wanted.split())  # a long line is broken where the screen ends
            rows = 1 + len(typed) // COLUMNS + (len(typed) > COLUMNS // 2)
            seen = lambda: typed in "".join(self.terminal.lit(rows).split())  # noqa: E731
            self._until(seen, ANSWERS, f"{wanted!r} typed as {label}")
            return
        for _ in range(MOST_FIELDS):
            if f"< {wanted} >" in self.terminal.focused:
                return
            self._press(" ")
        raise NotSeen(f"{label} cannot be {wanted}; there is\n{self.text}")

    def _press(self, key: str) -> None:
        """A key that changes the lit row, or what is in it."""
        before = self.terminal.focused
        self.keys(key)
        self._until(
            lambda: self.terminal.focused not in ("", before), ANSWERS, f"answer to {key!r}"
        )
        self.read(BETWEEN)

    def read(self, seconds: float) -> None:
        """All there is, for this long."""
        end = time.monotonic() + seconds
        while self._once(max(0.0, end - time.monotonic())) and time.monotonic() < end:
            pass

    def _until(self, seen: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not seen():
            left = end - time.monotonic()
            if left <= 0 or self._line.ended:
                raise NotSeen(f"no {what} within {seconds:g} s; there was\n{self.text}")
            self._once(min(left, 1.0))

    def _settle(self) -> None:
        """Until nothing is drawn for a moment, or for as long as a page may take at most."""
        end = time.monotonic() + ANSWERS
        while self._once(DRAWN) and time.monotonic() < end:
            pass

    def _once(self, seconds: float) -> bool:
        data = self._line.take(seconds)
        self.terminal.feed(data)
        return bool(data)
