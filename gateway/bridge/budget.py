"""How much is told of strangers: a flood must neither fill the journal nor hide others in it."""


class Budget:
    """So many at once, and so many a second from then on."""

    def __init__(self, burst: int, rate: float) -> None:
        """`rate` is a second's worth; the clock is the caller's, and only ever goes on."""
        self._burst, self._rate = float(burst), rate
        self._left = float(burst)
        self._when = 0.0

    def take(self, now: float) -> bool:
        """Whether one more is within the budget; if so, it is spent."""
        grown = self._left + (now - self._when) * self._rate
        self._left, self._when = min(self._burst, grown), now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
