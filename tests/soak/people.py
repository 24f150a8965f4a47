"""Who uses the gateway for a week: old machines with impatient users, and servers that answer.

A user sends something at his own pace, and what arrives comes back. Three times without an answer,
and he hangs up and dials again, as people do: so a session that is up by name alone is found out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.wire.udp import Datagram
from tests.pair.peers.determined import Determined
from tests.pair.peers.old_box import Kind
from tests.pair.peers.ppp_end import IP, PppEnd

HEADERS = 32  # bytes before the payload of a data frame: PPP's four and IP's twenty-eight are less
TRIES = 3  # questions without an answer, after which he dials again
ANSWER_WITHIN = 20.0  # seconds


@dataclass
class Echo(PppEnd):
    """A server's end that sends every data frame back."""

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        found = super().receive(frame, now)
        back, self.got = self.got, []
        return found + back


class Person(Determined):
    """`pace` is the seconds between two questions. What is counted is since the machine is up."""

    def __init__(
        self,
        kind: Kind,
        here: bytes,
        gateway: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
        pace: float,
    ) -> None:
        super().__init__(kind, here, gateway, psk, random)
        self.pace = pace
        self.asked = self.answered = 0  # in all
        self.unanswered = 0  # in a row
        self.redials = 0  # because nothing came back
        self.asks = True
        self._ask_at: float | None = None
        self._open = False  # a question is

    def deadline(self) -> float | None:
        inherited = super().deadline()
        if not self.alive:
            return None
        times = [time for time in (inherited, self._ask_at) if time is not None]
        return min(times, default=None)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        found = super().receive(datagram, now)
        if self.ppp.got:
            self.answered += len(self.ppp.got)
            self.ppp.got.clear()
            self.unanswered, self._open = 0, False
        if self.up_at is not None and self._ask_at is None:
            self._ask_at = now + self.pace
        if self.up_at is None:
            self._ask_at, self.unanswered, self._open = None, 0, False
        return found

    def handle_timeout(self, now: float) -> list[Datagram]:
        found = super().handle_timeout(now)
        if self._ask_at is None or self._ask_at > now:
            return found
        self.unanswered += self._open
        self._open = False
        self._ask_at = now + self.pace
        if self.up_at is None or not self.asks:
            return found
        if self.unanswered >= TRIES:
            self.redials += 1
            self._ask_at, self.unanswered = None, 0
            return found + self.fail("nothing comes back", now)
        self.asked += 1
        self._open = True
        if self.unanswered:
            self._ask_at = now + ANSWER_WITHIN
        return found + self.send(IP, b"%08d" % self.asked, now)

    def trim(self) -> None:
        """Forget what the scripted peers keep for tests to look at."""
        self.packets.clear()
        self.lac.heard.clear()
        self.lac.ended.clear()
        self._ended = 0
        self.failures.clear()
        self.dials.clear()
        self.ike.notices.clear()
        self.ike.asked.clear()
        self.ike.gone.clear()
        self.ike.errors.clear()
        self.lac.errors.clear()
        self._errors.clear()
        living = {pair.spi_in for pair in self.ike.pairs[-4:]}
        self.sas = {spi: pair for spi, pair in self.sas.items() if spi in living}
        self.ike.pairs[:] = self.ike.pairs[-4:]
        self.ike.phase1s[:] = self.ike.phase1s[-4:]
        self.bytes_by_spi.clear()
        keys = living | {phase1.cookie_i for phase1 in self.ike.phase1s}
        self._made = {key: when for key, when in self._made.items() if key in keys}
        self._asking &= keys
        quicks = list(self.ike._quicks.items())[-8:]
        self.ike._quicks = dict(quicks)
