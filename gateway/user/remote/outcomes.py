"""What came of it on one box, and what the command returns for all of them. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from gateway.user.client import DaemonError


class Kind(IntEnum):
    """How it went; the number is the exit status, and of several boxes the highest counts."""

    WELL = 0
    REFUSED = 1
    NOT_RUNNING = 3
    UNREACHABLE = 4
    NOT_TRUSTED = 5


EXPLAINED: Final = (
    "Of several boxes the worst counts, in this order:\n"
    "  5  some box has not the key that was claimed, or none was: it was not logged in to\n"
    "  4  some box could not be reached, or has not answered in time\n"
    "  3  on some box the daemon is not running\n"
    "  1  some box refused, or found a problem\n"
    "  0  all is well on all of them"
)


class Unreachable(DaemonError):
    """Nobody answers there, or not to the end."""


class NotTrusted(DaemonError):
    """Who answers there is not who was claimed; or nobody was."""


class RefusedThere(DaemonError):
    """The box says no. `status` is what the command there has returned."""

    def __init__(self, what: str, hint: str, status: int = 1) -> None:
        super().__init__(what, hint)
        self.status = status


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one box. `value` is for JSON, and told to people by whoever asked; a failure has a
    sentence and a hint. Where `asked` is false the box was left alone."""

    name: str
    kind: Kind
    value: object = None
    error: str = ""
    hint: str = ""
    asked: bool = field(default=True)


def not_claimed(name: str) -> NotTrusted:
    what = "its key was never claimed, so it was not logged in to"
    return NotTrusted(what, f"Compare its console: postern remote claim {name}")


def of_error(name: str, error: DaemonError, value: object = None) -> Outcome:
    return Outcome(name, _kind_of(error), value, str(error), error.hint)


def _kind_of(error: DaemonError) -> Kind:
    match error:
        case Unreachable():
            return Kind.UNREACHABLE
        case NotTrusted():
            return Kind.NOT_TRUSTED
        case RefusedThere():
            return of_status(error.status)
    return Kind.REFUSED


def of_status(status: int) -> Kind:
    """What a command on a box has returned."""
    if status in (Kind.WELL, Kind.NOT_RUNNING):
        return Kind(status)
    return Kind.REFUSED


def left_alone(name: str) -> Outcome:
    what = "was left alone, for another box failed before it"
    return Outcome(name, Kind.REFUSED, None, what, "Look at that one, then go on with this", False)


def exit_status(outcomes: Iterable[Outcome]) -> int:
    return max((int(one.kind) for one in outcomes), default=0)


def to_json(outcomes: Iterable[Outcome]) -> dict[str, object]:
    found = list(outcomes)
    return {"status": exit_status(found), "boxes": [_one(one) for one in found]}


def _one(one: Outcome) -> dict[str, object]:
    told: dict[str, object] = {
        "name": one.name,
        "outcome": one.kind.name.lower().replace("_", " ") if one.asked else "left alone",
    }
    told |= {"error": one.error, "hint": one.hint} if one.error else {}
    return told if one.value is None else {**told, "result": one.value}
