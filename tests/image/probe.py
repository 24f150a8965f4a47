"""A root shell of the test on a box's second serial line (image/qemu.py hands it in)."""

import re
import shlex
import time

from tests.image.line import Line

ESCAPES = re.compile(r"\x1b(\[[0-9;?!]*[ -/]*[@-~]|[()][0-9A-B]|c)")
FIRST, MORE = 300.0, 60.0  # seconds: until the shell is there; for one command
SHORTEST = 4.0  # seconds for the first answer of all


class ProbeFailed(AssertionError):
    """The shell did not answer, or the command ended badly; the text has what it printed."""


class Probe:
    """`probe("ls /data")` is what that printed."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._count = 0
        self._heard = ""

    def start(self, seconds: float = FIRST) -> None:
        """Until the shell answers: asked again and again, for it is not there from the start.

        More and more patiently: a busy machine may take longer for each answer.
        """
        end = time.monotonic() + seconds
        patience = SHORTEST
        while time.monotonic() < end:
            try:
                self.ask("PS1=; PS2=; stty -echo -onlcr", patience)
                self.ask(":", patience)
            except ProbeFailed:
                patience = min(2 * patience, MORE)
                continue
            return
        raise ProbeFailed(f"no shell within {seconds:g} s")

    def __call__(self, command: str, seconds: float = MORE) -> str:
        """What it printed; ProbeFailed if it fails."""
        status, text = self.ask(command, seconds)
        if status != 0:
            raise ProbeFailed(f"{command}: status {status}\n{text}")
        return text

    def ask(self, command: str, seconds: float = MORE) -> tuple[int, str]:
        """The same, where failing is an answer too: exit status, and all it printed."""
        self._count += 1
        number = f"{self._count:05d}"
        self._heard = ""
        line = f"echo be''gin-{number}; {{ {command}\n}} 2>&1 </dev/null; echo e''nd-{number}-$?\n"
        self._line.send(line.encode())
        return self._answer(number, command, time.monotonic() + seconds)

    def write(self, path: str, text: str) -> None:
        """A file of the box, from lines short enough for a terminal."""
        self(f": >{shlex.quote(path)}")
        for line in text.splitlines():
            self(f"printf '%s\\n' {shlex.quote(line)} >>{shlex.quote(path)}")

    def until(self, command: str, seconds: float, every: float = 3.0) -> float:
        """Until it succeeds; how many seconds that took."""
        began = time.monotonic()
        while True:
            try:
                status, text = self.ask(command)
            except ProbeFailed as failure:  # no answer yet, while the box starts
                status, text = 1, str(failure)
            if status == 0:
                return time.monotonic() - began
            if self._line.ended or time.monotonic() - began > seconds:
                raise ProbeFailed(f"{command}: not within {seconds:g} s\n{text}")
            time.sleep(every)

    def _answer(self, number: str, command: str, end: float) -> tuple[int, str]:
        done = re.compile(rf"begin-{number}\r?\n(.*?)end-{number}-(\d+)", re.DOTALL)
        while True:
            found = done.search(self._heard)
            if found:
                return int(found[2]), found[1].replace("\r", "")
            left = end - time.monotonic()
            if left <= 0:
                raise ProbeFailed(f"{command}: no answer; there was\n{self._heard[-2000:]}")
            if self._line.ended:
                raise ProbeFailed(f"the box is off; it last said\n{self._heard[-2000:]}")
            data = self._line.take(min(left, 1.0))
            self._heard += ESCAPES.sub("", data.decode(errors="replace"))
