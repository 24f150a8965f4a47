"""An old machine whose user wants to be connected, and dials again when it does not come up."""

from collections.abc import Callable

from gateway.wire.udp import Datagram
from tests.pair.peers.old_box import Kind, OldBox
from tests.pair.peers.ppp_windows import WindowsPpp

PATIENCE = 60.0  # seconds a dial may take: then Windows gives up (KB325034)
AGAIN = 60.0  # seconds until the next: the usual time between two attempts in Windows' own dialling


class Determined(OldBox):
    """`dial_at` is when it dials next. `dials` are the times of all its dials, `failures` why they
    came to nothing, `up_at` when it came up the last time."""

    def __init__(
        self, kind: Kind, here: bytes, gateway: bytes, psk: bytes, random: Callable[[int], bytes]
    ) -> None:
        super().__init__(kind, here, gateway, psk, random)
        self.dial_at: float | None = None
        self.dials: list[float] = []
        self.failures: list[str] = []
        self.up_at: float | None = None
        self.give_up_at: float | None = None
        self._ended = 0

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        return super().receive(datagram, now) + self._look(now)

    def deadline(self) -> float | None:
        times = (super().deadline(), self.dial_at, self.give_up_at)
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[Datagram]:
        if self.dial_at is not None and self.dial_at <= now:
            return self._begin(now)
        found = super().handle_timeout(now) + self._look(now)
        if self.give_up_at is not None and self.give_up_at <= now:
            found += self.fail(f"not up after {PATIENCE:.0f} s", now)
        return found

    def fail(self, why: str, now: float) -> list[Datagram]:
        """This dial, or the session it led to, is over; there will be another."""
        self.failures.append(why)
        self.dial_at, self.give_up_at, self.up_at = now + AGAIN, None, None
        found = self.hang_up(now) if self.lac.open and self.newest() is not None else []
        stands = any(not phase1.step for phase1 in self.ike.phase1s)
        return found + (self._drop_keys(now) if stands else [])

    def _begin(self, now: float) -> list[Datagram]:
        self.dials.append(now)
        self.dial_at, self.give_up_at, self.up_at = None, now + PATIENCE, None
        self.ike.phase1s.clear()
        self.ike.pairs.clear()
        self.ike._retries.clear()
        self.ike._quicks.clear()
        self._dialled = self._ppp_begun = self._on_demand = False
        self._waiting.clear()
        self._ended = len(self.lac.ended)
        self.ppp = WindowsPpp(magic=self._random(4), habits=self.kind.ppp)
        return self.dial(now)

    def _look(self, now: float) -> list[Datagram]:
        """Whether that was the news its user waits for."""
        if self.up and self.up_at is None and self.dial_at is None:
            self.up_at, self.give_up_at = now, None
        if len(self.lac.ended) > self._ended and self.dial_at is None:
            self._ended = len(self.lac.ended)
            name, result, _, text = self.lac.ended[-1]
            return self.fail(f"{name} {result}: {text}", now)
        return []
