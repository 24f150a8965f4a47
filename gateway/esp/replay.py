"""Road code: the window against replays (RFC 2406, 3.4.3).

One number for each remainder modulo the window: the last sequence number accepted with it. A new
number must be greater than the one in its place. So every place only grows, which is the whole
proof that no number is accepted twice; nothing is shifted when the window moves.
"""

from array import array

from gateway.esp.numbers import WINDOW


class ReplayWindow:
    __slots__ = ("_last", "_top")

    def __init__(self) -> None:
        self._top = 0
        self._last = array("I", bytes(4 * WINDOW))  # 0 is never sent, so it counts as seen

    def refuses(self, sequence: int) -> bool:
        """Whether the number was seen before or lies left of the window."""
        return sequence <= self._top - WINDOW or sequence <= self._last[sequence % WINDOW]

    def accept(self, sequence: int) -> bool:
        """Note a number that `refuses` let pass and the ICV has proved: is it the newest?"""
        self._last[sequence % WINDOW] = sequence
        if sequence <= self._top:
            return False
        self._top = sequence
        return True

    @property
    def top(self) -> int:
        """The newest number that was accepted."""
        return self._top

    def seen(self) -> int:
        """What was accepted of the window, for another keeper: bit (n - 1) % WINDOW is for n."""
        bits = 0
        for number in self._last:
            if number > max(0, self._top - WINDOW):
                bits |= 1 << ((number - 1) % WINDOW)
        return bits

    def skip_to(self, top: int) -> None:
        """Another keeper has accepted numbers up to `top`: none of these is accepted any more."""
        if top <= self._top:
            return
        self._top = top
        for number in range(max(1, top - WINDOW + 1), top + 1):
            self._last[number % WINDOW] = number
