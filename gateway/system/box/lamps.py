"""What the lamps on the case say, kept up to date."""

from collections.abc import Callable
from typing import Final

from gateway.control.button import Meant
from gateway.system.leds import Leds, State

EVERY: Final = 2.0  # seconds


class Lamps:
    """`state` says what is so; `sessions` how many, or None while the gateway does not answer."""

    def __init__(
        self, leds: Leds, state: Callable[[], State], sessions: Callable[[], int | None]
    ) -> None:
        self._leds = leds
        self._state = state
        self._sessions = sessions
        self._due: float | None = 0.0 if leds.roles else None

    def deadline(self) -> float | None:
        return self._due

    def hurry(self) -> None:
        """Something is so now that must not wait."""
        self._due = 0.0 if self._leds.roles else None

    def handle_timeout(self, now: float) -> None:
        if self._due is None or now < self._due:
            return
        self._due = now + EVERY
        state, count = self._state(), self._sessions()
        if count is None and state is State.READY:
            state = State.FAULT
        self._leds.show(state, count or 0)


def state_of(
    *, claimed: bool, pending: bool, upgrading: bool, meant: Meant = Meant.NOTHING
) -> State:
    """The most urgent of what is so; `meant` by whoever holds the button."""
    if meant is not Meant.NOTHING:
        return State.RESCUE if meant is Meant.RESCUE else State.RESET
    if upgrading:
        return State.UPGRADING
    if pending:
        return State.UNCONFIRMED
    return State.READY if claimed else State.UNCLAIMED
