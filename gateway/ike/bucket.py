"""A budget that fills by itself: so much at once, and so much a second from then on."""


class Bucket:
    """What is left of it. The clock is the caller's; one that goes back fills nothing."""

    def __init__(self, most: float, rate: float) -> None:
        self._most, self._rate = most, rate
        self._left, self._when = most, 0.0

    def left(self, now: float) -> float:
        grown = self._left + max(0.0, now - self._when) * self._rate
        self._left, self._when = min(self._most, grown), now
        return self._left

    def take(self, amount: float, now: float) -> None:
        """It may become less than nothing, when one thing costs more than there is."""
        self._left = self.left(now) - amount

    def give(self, amount: float) -> None:
        """What was taken turns out to have been well spent."""
        self._left = min(self._most, self._left + amount)
