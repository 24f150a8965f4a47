"""What a session asks of others: where else it can go, and who follows what becomes of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gateway.bridge.crossing import Crossing
from gateway.bridge.inside_leg import InsideLeg
from gateway.outputs import Output

if TYPE_CHECKING:
    from gateway.bridge.session import Session


@dataclass(frozen=True, slots=True)
class Detour:
    """Another server for a session, the leg towards it not started yet."""

    leg: InsideLeg
    route: str
    crossing: Crossing


class Ways(Protocol):
    """Who knows where else a session can go; what is given is registered as the session's, and
    `start_at` says when it may be called."""

    def after_failure(
        self, session: "Session", reason: str, busy: bool, now: float
    ) -> tuple[InsideLeg | None, list[Output]]:
        """The next server of the route, after the one that was called cannot be had."""
        ...

    def for_user(
        self, session: "Session", user: str, now: float
    ) -> tuple[Detour | str | None, list[Output]]:
        """Where this user belongs, if that is not where the session is; or why not there."""
        ...

    def note_answered(self, session: "Session", now: float) -> list[Output]:
        """The server has taken the call."""
        ...


class Follower(Protocol):
    """Follows a session, so that what it is to the kernel changes with it."""

    def changed(self) -> None: ...

    def over_at(self, now: float) -> bool:
        """It is over; whether that is told later, with figures that are still to come."""
        ...
