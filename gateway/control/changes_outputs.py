"""What the engine of changes asks of the world, and what it tells.

Requests are carried out in order, each one wholly before the next. If one with `must` cannot be,
the rest are left and `Changes.failed` is asked; any other failure is told and the next one tried.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from gateway.control.parts import Part


class Who(NamedTuple):
    """Who asks, as the system has found out and not as they say.

    `session` names one connection from outside, the same for all that goes through it; `remote` is
    that there is one. `face` is for people: "console", "ssh", "cli", "ansible". `proved`: who they
    are was shown by a key or a code; somebody at a console may only have shown to be there.
    """

    user: str
    face: str
    session: str = ""
    remote: bool = False
    proved: bool = True

    def __str__(self) -> str:
        return f"{self.user or 'somebody'} ({self.face})"


class Moment(NamedTuple):
    """`now` counts deadlines and never jumps; `wall` is for people, in seconds since 1970."""

    now: float
    wall: float


@dataclass(frozen=True, slots=True)
class Write:
    """Put this text in place of the file's, wholly or not at all, and have it on the disk."""

    name: str
    text: str = field(repr=False)
    must: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """The file is not there afterwards."""

    name: str
    must: bool = False


@dataclass(frozen=True, slots=True)
class Activate:
    """Make the machine be as `text` says, touching nothing but `parts`.

    `before` is what was in force. To be asked for the same thing twice must do no harm.
    """

    text: str = field(repr=False)
    before: str = field(repr=False)
    parts: frozenset[Part]
    must: bool = True


class Event(Enum):
    """The kinds of what is told; the value is the name the journal and JSON have."""

    APPLIED = "applied"  # and waits to be confirmed
    REMINDED = "reminded"
    EXTENDED = "extended"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    DROPPED = "dropped"  # unconfirmed at a power cut
    RESUMED = "resumed"  # still counting after the agent was started again
    RECOVERED = "recovered"  # another text than the saved one had to be taken
    NOTED = "noted"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Told:
    """Something for the journal, the audit and every console, in one sentence without secrets."""

    event: Event
    text: str
    who: Who | None = None


Output = Write | Remove | Activate | Told


class Refused(Exception):
    """What was asked for was not done, and nothing has changed; `hint` says what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class StoreFailed(Exception):
    """A file could not be written or taken away; it is as it was."""


class ActivationFailed(Exception):
    """The machine could not be made to be as the configuration says; one sentence why."""
