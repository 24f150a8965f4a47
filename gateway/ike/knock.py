"""Is anybody there who speaks IKE? Main mode's first message, and whether it is answered at all.

The server keeps a half-open exchange for it until its own patience ends; so it is asked seldom.
"""

from dataclasses import dataclass, field

from gateway.ike.events import Send
from gateway.ike.header import parse_header
from gateway.ike.initiator import AskPolicy
from gateway.ike.initiator_events import Failed, Why
from gateway.ike.initiator_main import first_message
from gateway.ike.numbers import NO_COOKIE, Exchange
from gateway.ike.phase1 import Random
from gateway.ike.proposals import IKE_SUITES
from gateway.ike.resend import Retry
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram, Endpoint

WAIT, TRIES = 1.0, 2  # seconds, doubled each time: 7 s in all


@dataclass(frozen=True, slots=True)
class Alive:
    """Somebody has answered, whatever the answer says."""


KnockEvent = Send | Alive | Failed


@dataclass(slots=True, eq=False)
class Knock:
    """One question to one server; after `Alive` or `Failed` it is over."""

    policy: AskPolicy
    local: Endpoint
    peer: Endpoint
    random: Random = field(repr=False)
    _cookie: bytes = b""
    _retry: Retry | None = None

    def start(self, now: float) -> list[KnockEvent]:
        suites = [IKE_SUITES[name] for name in self.policy.ike_suites]
        method = self.policy.proof.method
        self._cookie, _, message = first_message(suites, self.policy.seconds, method, self.random)
        self._retry = Retry(message, now + WAIT, WAIT, TRIES)
        return [Send(self.local, self.peer, message)]

    def receive(self, datagram: Datagram) -> list[KnockEvent]:
        """A message from the server's endpoint; nothing if it does not answer ours."""
        try:
            header, _ = parse_header(datagram.payload)
        except WireError:
            return []
        reflected = header.cookie_r == NO_COOKIE and header.exchange == Exchange.MAIN
        if self._retry is None or header.cookie_i != self._cookie or reflected:
            return []
        self._retry = None
        return [Alive()]

    def deadline(self) -> float | None:
        return None if self._retry is None else self._retry.due

    def handle_timeout(self, now: float) -> list[KnockEvent]:
        retry = self._retry
        if retry is None or now < retry.due:
            return []
        if retry.again(now):
            return [Send(self.local, self.peer, retry.message)]
        self._retry = None
        return [Failed(Why.SILENT, "nothing came after our first message")]
