"""Facts and other lines for people, on standard error, where systemd's journal picks them up.

Where it is the journal that reads, facts go there by its own protocol, with fields (see
`journal_fields.py`).
Each kind of line may come `BURST` times in `PERIOD`; what is more is counted and told later, so
that a stranger can neither fill the disk nor keep the daemon busy with writing.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TextIO

from gateway.control.explain import sentence
from gateway.control.problems import printable
from gateway.outputs import Fact, What
from gateway.system.journal_fields import Machines, Native, fields_of

BURST = 100  # lines of a kind
PERIOD = 10.0  # seconds
ERROR, WARNING, NOTICE, INFO = 3, 4, 5, 6  # syslog(3)
NO_FIELDS: Final[Mapping[str, str]] = {}
_LEVELS: Final = {What.TROUBLE: ERROR, What.REFUSED: NOTICE, What.TRACED: NOTICE}


@dataclass(slots=True)
class _Window:
    """How many lines of one kind were written and left out since `start`."""

    start: float
    written: int = 0
    left_out: int = 0


class Journal:
    """Calling it writes a fact. `levels` puts systemd's <6> before each line.

    `native` takes a line with fields, if it can; what it does not take is written.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float],
        levels: bool = False,
        native: Native | None = None,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._levels = levels
        self._native = native
        self._machines = Machines()
        self._windows: dict[str, _Window] = {}

    def __call__(self, fact: Fact) -> None:
        fields = fields_of(fact, self._machines.of(fact))
        self.line(fact_text(fact), _LEVELS.get(fact.what, INFO), fact.what.value, fields)

    def line(
        self,
        text: str,
        level: int = INFO,
        kind: str = "line",
        fields: Mapping[str, str] = NO_FIELDS,
    ) -> None:
        """Write `text`, unless there were too many of its `kind`; kinds are few and our own."""
        now = self._clock()
        window = self._windows.setdefault(kind, _Window(now))
        if now - window.start >= PERIOD:
            if window.left_out:
                self._write(f"({window.left_out} more of {kind!r} were left out)", level)
            window.start, window.written, window.left_out = now, 0, 0
        if window.written < BURST:
            window.written += 1
            self._write(text, level, fields)
        else:
            window.left_out += 1

    def _write(self, text: str, level: int, fields: Mapping[str, str] = NO_FIELDS) -> None:
        prefix = f"<{level}>" if self._levels else ""
        try:
            for line in map(printable, text.splitlines()):
                if self._native is None or not self._native(level, line, fields):
                    self._stream.write(f"{prefix}{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads: that is no reason to stop carrying packets


def fact_text(fact: Fact) -> str:
    """The sentence that the account has too, and the trace below it if there is one."""
    dial = f"dial {fact.dial}: " if fact.dial else ""
    trace = fact.details.get("trace", "")
    return dial + sentence(fact) + (f"\n{trace}" if trace else "")


def read_by_systemd(environment: Mapping[str, str], descriptor: int) -> bool:
    """Whether `descriptor` is the journal's: JOURNAL_STREAM says (systemd.exec(5))."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
