"""What stands between strangers and our work, together: places, guesses, effort."""

from gateway.ike.effort import Effort
from gateway.ike.errors import Exhausted
from gateway.ike.events import Reason
from gateway.ike.phase1 import Phase1
from gateway.ike.places import Places
from gateway.ike.trials import Trials


class Guards:
    """They share what is known of places."""

    __slots__ = ("effort", "places", "trials")

    def __init__(self) -> None:
        self.places = Places()
        self.trials = Trials(self.places)
        self.effort = Effort(self.places)

    def charge(self, phase: Phase1, cost: float, now: float) -> None:
        """For work on behalf of a half-open phase 1; Exhausted if it is not to be done now."""
        try:
            phase.spent += self.effort.charge(cost, phase.opened_from.host, now)
        except Exhausted:
            phase.held = Reason.TOO_MANY_HALF_OPEN
            raise

    def welcome(self, phase: Phase1) -> None:
        """It was a client: known from now on where it is, and what it cost was well spent."""
        self.places.see(phase.secured().credential, phase.opened_from.host)
        self.effort.give_back(phase.spent)
        phase.spent = 0.0
