"""PPP ends that begin late, as a pppd does that is started while the machine does other things.

Like `ppp_end.py`, it never imports `gateway.ppp`.
"""

from dataclasses import dataclass, field

from tests.pair.peers.ppp_end import LCP, REQUEST, PppEnd


@dataclass
class LatePpp(PppEnd):
    """What comes before it begins is thrown away with the line's buffer; `begun` is when."""

    after: float = 1.0  # seconds from its call to its first word
    begun: float | None = None
    up_at: float | None = None

    def start(self, now: float) -> list[bytes]:
        self.due = now + self.after
        return []

    def handle_timeout(self, now: float) -> list[bytes]:
        if self.begun is None:
            self.begun = now
        return super().handle_timeout(now)

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        if self.begun is None:
            return []
        found = super().receive(frame, now)
        if self.up and self.up_at is None:
            self.up_at = now
        return found


@dataclass
class Listener(PppEnd):
    """It waits until it is spoken to, and then asks before it answers (pppd's `connect-delay`).

    `slow`: its answers are kept until it is asked the same once more, and all come at once then.
    """

    slow: bool = False
    _kept: list[bytes] = field(default_factory=list)

    def start(self, now: float) -> list[bytes]:
        return []

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        bare = frame.removeprefix(b"\xff\x03")
        asks = self._ask(now) if self.due is None and not self.up else []
        found = super().receive(frame, now)
        if self.slow and bare[:2] == LCP and bare[2] == REQUEST and len(self.requests) == 1:
            self._kept, found = found, []
        elif self._kept:
            found, self._kept = [*self._kept, *found], []
        return [*asks, *found]
