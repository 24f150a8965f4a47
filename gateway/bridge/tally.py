"""What the facts add up to: dials, sessions, how long they took, and why others came to nothing."""

from bisect import bisect_left
from collections import Counter
from typing import Final

from gateway.control.causes import Cause
from gateway.control.hints import cause_of
from gateway.outputs import Fact, What

# Seconds until PPP is up: a dial of half a second is a good one, and Windows gives up after a
# minute or so.
BOUNDS: Final = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0)


class Tally:
    """Only counts; as many as there are causes, and no more with more clients."""

    def __init__(self) -> None:
        self.facts: Counter[What] = Counter()
        self.failures: Counter[Cause] = Counter()
        self.setups = [0] * (len(BOUNDS) + 1)  # by the first bound that is not below it
        self.setup_seconds = 0.0

    def note(self, fact: Fact) -> None:
        """Each fact once, when it is new."""
        self.facts[fact.what] += 1
        if fact.what is What.REFUSED:
            details = fact.details
            self.failures[cause_of(details.get("reason", ""), details.get("detail", ""))] += 1
        elif fact.what is What.PPP_UP and "milliseconds" in fact.details:
            seconds = int(fact.details["milliseconds"]) / 1000
            self.setups[bisect_left(BOUNDS, seconds)] += 1
            self.setup_seconds += seconds
