"""One quick mode of ours at a time: what is sent, and what follows from each answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.ike.choice import Life
from gateway.ike.events import InitialContact, PairConfirmed, PairReady, Send
from gateway.ike.header import Header
from gateway.ike.initiator_events import Agreed, AskEvent
from gateway.ike.initiator_quick import Asking, ask_pair, take_fourth, take_second
from gateway.ike.initiator_steps import QUICK, QuickDo, QuickInput, QuickStep
from gateway.ike.machine import Ike
from gateway.ike.numbers import Exchange, Notify
from gateway.ike.payloads import Notification
from gateway.ike.phase1 import Phase1, Random
from gateway.ike.phase2 import Pair, quick_iv
from gateway.ike.proposals import EspSuite
from gateway.ike.quirks import ASKED_PORTS, SETTLES
from gateway.ike.resend import Retry
from gateway.wire.udp import Datagram

FIRST_WAIT, TRIES = 0.5, 2  # seconds, doubled each time: 3.5 s for each kind of selectors


class Outcome(Enum):
    """Why a quick mode of ours came to nothing."""

    REFUSED = auto()
    SILENCE = auto()


@dataclass(frozen=True, slots=True)
class CameToNothing:
    """For `Initiator` alone. `words` is what the server said of it, if it did."""

    outcome: Outcome
    phase: Phase1 = field(repr=False)
    words: str


PairEvent = AskEvent | CameToNothing


class Pairs:
    """`server_port` is what the server took in the selectors last."""

    def __init__(
        self, ike: Ike, suites: Sequence[EspSuite], life: Life, server_port: int, random: Random
    ) -> None:
        self.server_port = server_port
        self._ike = ike
        self._suites, self._life = suites, life
        self._random = random
        self._agreed = False  # with this port, and not long ago
        self._asking: Asking | None = None
        self._left: list[int] = []  # ports to ask with if this one is refused

    @property
    def under_way(self) -> Phase1 | None:
        """The phase 1 by which a pair is being asked for."""
        asking = self._asking
        return None if asking is None or asking.step is QuickStep.DONE else asking.phase

    def begin(self, phase: Phase1, now: float) -> list[PairEvent]:
        others = [] if self._agreed else [port for port in ASKED_PORTS if port != self.server_port]
        self._left = [self.server_port, *others]
        return self._ask(phase, now)

    def drop(self) -> None:
        """Nothing is waited for any more."""
        self._asking = None

    def is_for(self, header: Header) -> bool:
        asking = self._asking
        return (
            asking is not None
            and header.cookie_i + header.cookie_r == asking.phase.cookies
            and header.message_id == asking.message_id
            and header.encrypted
            and header.exchange in (Exchange.QUICK, Exchange.INFORMATIONAL)
        )

    def receive(
        self, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[PairEvent]:
        """A message of our quick mode (`is_for`); the same bytes again get the same answer."""
        asking = self._asking
        if asking is None:
            return []
        memory = asking.phase.memory
        known = memory.answer(datagram.payload)
        if known is not None:
            return [self._send(asking, known)] if known else []
        if asking.step is not QuickStep.AWAIT_SECOND or header.exchange != Exchange.QUICK:
            notices = take_fourth(asking, header, body)
            memory.keep(datagram.payload, b"")
            return self._step(asking, QuickInput.FOURTH, now, notices=notices)
        taken = take_second(asking, header, body, self._suites)
        memory.keep(datagram.payload, taken.third)
        asking.iv = quick_iv(asking.phase, taken.third)
        what = QuickInput.SECOND_COMMIT if taken.commit else QuickInput.SECOND
        asking.retry = _retry(taken.third, now)
        if not taken.commit:
            asking.retry = Retry(taken.third, now + SETTLES, SETTLES, 0)
        return self._step(asking, what, now, ready=taken.ready)

    def refused(self, words: str, now: float) -> list[PairEvent]:
        """The server has said under protection that it will not."""
        asking = self._asking
        if asking is None:
            return []
        asking.refused = words
        return self._step(asking, QuickInput.REFUSED, now)

    def used(self, spi_in: int, now: float) -> list[PairEvent] | None:
        """Authenticated ESP has come on a pair; None if it is none that we wait for."""
        asking = self._asking
        if asking is None or asking.spi_in != spi_in:
            return None
        return self._step(asking, QuickInput.USED, now)

    def deadline(self) -> float | None:
        asking = self._asking
        return None if asking is None or asking.step is QuickStep.DONE else asking.retry.due

    def handle_timeout(self, now: float) -> list[PairEvent]:
        due, asking = self.deadline(), self._asking
        if asking is None or due is None or now < due:
            return []
        if asking.retry.again(now):
            return [self._send(asking, asking.retry.message)]
        return self._step(asking, QuickInput.SILENCE, now)

    def _ask(self, phase: Phase1, now: float) -> list[PairEvent]:
        port = self._left.pop(0)
        spi = self._ike.sas.free_spi(self._random)
        retry = _retry(b"", now)
        self._asking = ask_pair(phase, spi, port, self._suites, self._life, retry, self._random)
        return [self._send(self._asking, retry.message)]

    def _step(
        self,
        asking: Asking,
        what: QuickInput,
        now: float,
        ready: PairReady | None = None,
        notices: Sequence[Notification] = (),
    ) -> list[PairEvent]:
        actions, asking.step = QUICK[asking.step, what]
        found: list[PairEvent] = []
        for action in actions:
            if action is QuickDo.ADD_PAIR and ready is not None:
                found += self._add(asking, ready, now)
            else:
                found += self._do(action, asking, what, notices, now)
        return found

    def _do(
        self,
        action: QuickDo,
        asking: Asking,
        what: QuickInput,
        notices: Sequence[Notification],
        now: float,
    ) -> list[PairEvent]:
        match action:
            case QuickDo.SEND_THIRD:
                return [self._send(asking, asking.retry.message)]
            case QuickDo.CONFIRM:
                return [PairConfirmed(asking.phase.sa, asking.spi_in)]
            case QuickDo.HEAR if any(n.kind == Notify.INITIAL_CONTACT for n in notices):
                return self._first_contact(asking)
            case QuickDo.RETRY_OR_FAIL if self._left:
                return self._ask(asking.phase, now)
            case QuickDo.RETRY_OR_FAIL:
                refused = what is QuickInput.REFUSED or bool(asking.refused)
                outcome = Outcome.REFUSED if refused else Outcome.SILENCE
                return [CameToNothing(outcome, asking.phase, asking.refused)]
        return []

    def _add(self, asking: Asking, ready: PairReady, now: float) -> list[PairEvent]:
        sas = self._ike.sas
        pair = Pair(ready.sa, ready.spi_in, ready.spi_out, now + ready.life_seconds)
        closed = sas.add_pair(sas.peers[ready.sa], pair, None)
        self.server_port, self._agreed = asking.server_port, True
        return [*closed, Agreed(asking.server_port), ready]

    def _first_contact(self, asking: Asking) -> list[PairEvent]:
        """The server knows of nothing older (RFC 2407, 4.6.3.3)."""
        sa = asking.phase.sa
        return [InitialContact(sa), *self._ike.forget_older(sa)]

    def _send(self, asking: Asking, message: bytes) -> Send:
        return Send(asking.phase.local, asking.phase.peer, message)


def _retry(message: bytes, now: float) -> Retry:
    return Retry(message, now + FIRST_WAIT, FIRST_WAIT, TRIES)
