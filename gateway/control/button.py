"""What somebody means by the button on the case: how long it is held decides, and letting go.

A second or so restarts into the rescue system; ten seconds and more make the box as new. The lamps
show which of them it would be if it were let go now.
"""

from enum import Enum
from typing import Final

# Names of keys that a button may have, with the kernel's numbers (input-event-codes.h).
KEYS: Final = {
    "BTN_0": 0x100,
    "BTN_1": 0x101,
    "BTN_TRIGGER_HAPPY": 0x2C0,
    "KEY_CONFIG": 171,
    "KEY_PROG1": 148,
    "KEY_RESTART": 0x198,
    "KEY_SETUP": 141,
    "KEY_VENDOR": 0x168,
    "KEY_WPS_BUTTON": 0x211,
}
LEAST: Final = 0.5  # seconds; whoever leans against the box means nothing
LONG: Final = 10.0  # seconds
STUCK: Final = 60.0  # seconds; nobody holds it so long: something lies on it
TOLD: Final = (
    "The button on the case: hold it for a second, and the box restarts into its rescue system; "
    "for ten seconds, and it becomes as new. Its lamps show which."
)


class Meant(Enum):
    """What follows when it is let go."""

    NOTHING = "nothing"
    RESCUE = "rescue"
    RESET = "reset"


class Press:
    """One button. `deadline` is when it comes to mean something else."""

    def __init__(self) -> None:
        self._since: float | None = None

    def receive(self, down: bool, now: float) -> Meant:
        """It goes down, or is let go: then what was meant."""
        if down:
            self._since = now if self._since is None else self._since
            return Meant.NOTHING
        meant = self.meant(now)
        self._since = None
        return meant

    def meant(self, now: float) -> Meant:
        """What it would be if it were let go now."""
        if self._since is None:
            return Meant.NOTHING
        held = now - self._since
        if held < LEAST or held >= STUCK:
            return Meant.NOTHING
        return Meant.RESET if held >= LONG else Meant.RESCUE

    def deadline(self, now: float) -> float | None:
        if self._since is None:
            return None
        ends = (self._since + held for held in (LEAST, LONG, STUCK))
        return next((end for end in ends if end > now), None)
