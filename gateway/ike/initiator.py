"""IKEv1 as the asking end towards one server, and whatever that server asks for itself.

One `Initiator` speaks from one address of ours to one server. What we ask for is here and in
`initiator_pairs.py`; a phase 1 that stands is handed to an `Ike` of its own, which hears all that
any established phase 1 takes: deletes, the server's own quick modes, and its own main modes when it
renews first. So either end may renew either phase at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.ike.choice import Life
from gateway.ike.errors import counted_as
from gateway.ike.events import Authenticated, IkeEvent, InitialContact, Send
from gateway.ike.header import Header, is_version_1, parse_header
from gateway.ike.inform import open_inform
from gateway.ike.initiator_events import AskEvent, Failed, Why
from gateway.ike.initiator_main import Opening, first_message, take_fourth, take_second, take_sixth
from gateway.ike.initiator_pairs import CameToNothing, Outcome, PairEvent, Pairs
from gateway.ike.initiator_proof import Proof
from gateway.ike.initiator_quick import readable_notices, shorter
from gateway.ike.initiator_steps import MAIN, Do, Step, message_of
from gateway.ike.machine import Ike
from gateway.ike.numbers import NO_COOKIE, PORT_L2TP, Exchange, Notify, Protocol
from gateway.ike.payloads import Notification, Payload, parse_chain
from gateway.ike.phase1 import Phase1, Random
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES
from gateway.ike.resend import Retry
from gateway.ike.steps import Step as Stand
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram, Endpoint

FIRST_WAIT, TRIES = 0.5, 3  # seconds, doubled each time: 7.5 s in all, and a client waits for it
RENEW_SHARE: Final = 0.9  # of a phase 1's lifetime, after which it is renewed if it is of use
HOLD_OFF: Final = 15.0  # seconds between two tries to renew one
LAST_MOMENT: Final = 1.0  # seconds: a phase 1 with less than that to live is not asked by
ERRORS_BELOW: Final = 16384  # notify types from there on are no errors (RFC 2408, 3.14.1)
_SILENT: Final = {
    Step.AWAIT_SECOND: (Why.SILENT, "nothing came after our first message"),
    Step.AWAIT_FOURTH: (Why.SILENT, "nothing came after our third message"),
    Step.AWAIT_SIXTH: (
        Why.WRONG_KEY,
        "nothing came after our proof of the key, so the keys may differ",
    ),
}
_REFUSED: Final = {
    Step.AWAIT_SECOND: Why.NO_SUITE,
    Step.AWAIT_FOURTH: Why.REFUSED,
    Step.AWAIT_SIXTH: Why.WRONG_KEY,
}


@dataclass(frozen=True, slots=True)
class AskPolicy:
    """What we offer, the best first, and by what we prove who we are. Lifetimes are those we ask.

    `name` is for people; `server_port` is what this server took in the selectors before.
    """

    name: str
    proof: Proof = field(repr=False)
    ike_suites: tuple[str, ...]
    esp_suites: tuple[str, ...]
    seconds: int = 28800  # of phase 1: what Windows has (CLIENTS, 2), as is the next
    life: Life = Life(3600, 250_000)
    server_port: int = PORT_L2TP

    def answering(self) -> IkePolicy:
        """The same for what the server asks: it never hears of NAT traversal."""
        suites = frozenset(self.ike_suites), frozenset(self.esp_suites)
        who = Credential(self.name, self.proof.psk, *suites)
        return IkePolicy(
            ike_suites=self.ike_suites,
            esp_suites=self.esp_suites,
            credentials=lambda _: (who,),
            natt=(),
            half_open=8,
            half_open_per_source=8,
            clients_per_credential=4,
        )


class Initiator:
    """`start` asks for a pair; all that follows is events. Times are seconds on one clock."""

    def __init__(self, policy: AskPolicy, local: Endpoint, peer: Endpoint, random: Random) -> None:
        self.policy, self.local, self.peer = policy, local, peer
        self.answering = Ike(policy.answering(), random)
        self._random = random
        self._suites = [IKE_SUITES[name] for name in policy.ike_suites]
        esp = [ESP_SUITES[name] for name in policy.esp_suites]
        self._pairs = Pairs(self.answering, esp, policy.life, policy.server_port, random)
        self._opening: Opening | None = None
        self._wants_pair = False  # as soon as a phase 1 stands
        self._fresh: Phase1 | None = None  # stands only since the pair was asked for
        self._renew_not_before = 0.0

    @property
    def busy(self) -> bool:
        """Something that we have asked for is under way."""
        return self._opening is not None or self._pairs.under_way is not None

    def start(self, now: float) -> list[AskEvent]:
        """Ask for a pair, with a phase 1 first if none stands; nothing if that is under way."""
        if self._pairs.under_way is not None:
            return []
        self._wants_pair = True
        if self._opening is not None:
            return []
        phase, self._fresh = self._standing(now), None
        if phase is None:
            return self._begin_main(now)
        return self._begin_quick(phase, now)

    def receive(self, datagram: Datagram, now: float) -> list[AskEvent]:
        """An ISAKMP message that came from the server's endpoint to ours."""
        try:
            found = self._receive(datagram, now)
        except WireError as error:
            return self._count(counted_as(error))
        return [*found, *self._look_after(now)]

    def confirm(self, spi_in: int, now: float) -> list[AskEvent]:
        """Authenticated ESP has come on a pair that was not confirmed."""
        ours = self._pairs.used(spi_in, now)
        if ours is not None:
            return self._settled(ours, now)
        return [*self.answering.confirm(spi_in, now)]

    def close_pair(self, spi_in: int, now: float) -> list[AskEvent]:
        """Delete a pair and tell the server."""
        return [*self.answering.close_pair(spi_in, now)]

    def close(self, now: float) -> list[AskEvent]:
        """Delete all there is and tell the server."""
        self._opening, self._wants_pair = None, False
        self._pairs.drop()
        sas = self.answering.sas
        living = {phase.sa for phase in sas.phases.values()}
        events: list[AskEvent] = []
        for spi in [spi for spi, pair in sas.pairs.items() if pair.sa not in living]:
            events += self.answering.close_pair(spi, now)
        for sa in living:
            events += self.answering.close(sa, now)
        return events

    def deadline(self) -> float | None:
        times = (
            self.answering.deadline(),
            None if self._opening is None else self._opening.retry.due,
            self._pairs.deadline(),
            self._renewal(),
        )
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[AskEvent]:
        events: list[AskEvent] = [*self.answering.handle_timeout(now)]
        if self._opening is not None and self._opening.retry.due <= now:
            events += self._opening_timeout(self._opening, now)
        events += self._settled(self._pairs.handle_timeout(now), now)
        due = self._renewal()
        if due is not None and due <= now:
            self._renew_not_before = now + HOLD_OFF
            events += self._begin_main(now)
        return [*events, *self._look_after(now)]

    # which way a message goes

    def _receive(self, datagram: Datagram, now: float) -> list[AskEvent]:
        header, body = parse_header(datagram.payload)
        opening = self._opening
        if opening is not None and header.cookie_i == opening.cookie_i and is_version_1(header):
            return self._take_main(opening, header, body, now)
        if self._pairs.is_for(header):
            return self._settled(self._pairs.receive(datagram, header, body, now), now)
        told: list[AskEvent] = []
        if header.exchange == Exchange.INFORMATIONAL and header.encrypted:
            told = self._overhear(header, body, now)
        return [*told, *self._heeded(self.answering.receive(datagram, now))]

    def _heeded(self, events: Sequence[IkeEvent]) -> list[AskEvent]:
        """A server that says INITIAL-CONTACT has nothing older (RFC 2407, 4.6.3.3)."""
        found: list[AskEvent] = [*events]
        for event in events:
            if isinstance(event, InitialContact):
                found += self.answering.forget_older(event.sa)
        return found

    def _overhear(self, header: Header, body: bytes, now: float) -> list[AskEvent]:
        """Notices under protection about what we ask for; all else is for the other half."""
        phase = self.answering.sas.phases.get(header.cookie_i + header.cookie_r)
        if phase is None or phase.step is not Stand.ESTABLISHED or header.message_id in phase.used:
            return []
        events: list[AskEvent] = []
        for notice in readable_notices(open_inform(phase.secured(), header, body)):
            if notice.kind >= ERRORS_BELOW:
                self._hear_life(phase, notice, now)
            elif self._pairs.under_way is phase:
                events += self._settled(self._pairs.refused(_words(notice), now), now)
        return events

    def _look_after(self, now: float) -> list[AskEvent]:
        """The phase 1 by which we ask may be gone: then another is needed first."""
        phase = self._pairs.under_way
        if phase is None or phase.cookies in self.answering.sas.phases:
            return []
        self._pairs.drop()
        return self.start(now)

    # main mode

    def _begin_main(self, now: float) -> list[AskEvent]:
        cookie, sai_b, message = first_message(
            self._suites, self.policy.seconds, self.policy.proof.method, self._random
        )
        self._opening = Opening(cookie, sai_b, _retry(message, now))
        return [self._send(message)]

    def _take_main(
        self, opening: Opening, header: Header, body: bytes, now: float
    ) -> list[AskEvent]:
        if header.cookie_r == NO_COOKIE and header.exchange == Exchange.MAIN:
            return self._count("reflected")  # our own first message, come back
        if opening.cookie_r not in (NO_COOKIE, header.cookie_r):
            return self._count("unknown cookies")
        match MAIN[opening.step, message_of(header)]:
            case Do.SEND_THIRD:
                third = take_second(opening, header, body, self._suites, self._random)
                return self._go_on(opening, Step.AWAIT_FOURTH, third, now)
            case Do.SEND_FIFTH:
                fifth = take_fourth(opening, header, body, self.policy.proof, self.local.host)
                return self._go_on(opening, Step.AWAIT_SIXTH, fifth, now)
            case Do.ESTABLISH:
                return self._establish(opening, header, body, now)
            case Do.GIVE_UP:
                return self._hear_refusal(opening, header, body)
        return self._count("out of step")

    def _go_on(self, opening: Opening, step: Step, message: bytes, now: float) -> list[AskEvent]:
        opening.step, opening.retry = step, _retry(message, now)
        return [self._send(message)]

    def _establish(
        self, opening: Opening, header: Header, body: bytes, now: float
    ) -> list[AskEvent]:
        policy = self.policy
        secured, payloads = take_sixth(
            opening, header, body, policy.proof, policy.name, frozenset(policy.esp_suites)
        )
        phase = opening.stands(secured, self.local, self.peer, now)
        self._opening = None
        begun = self._heeded(self.answering.adopt(phase, payloads, now))
        self._hear_notices(phase, payloads, now)
        known = Authenticated(phase.sa, secured.credential, secured.identity)
        if not self._wants_pair:
            return [known, *begun]
        self._fresh = phase
        return [known, *begun, *self._begin_quick(phase, now)]

    def _hear_notices(self, phase: Phase1, payloads: Sequence[Payload], now: float) -> None:
        for notice in readable_notices(payloads):
            self._hear_life(phase, notice, now)

    def _hear_life(self, phase: Phase1, notice: Notification, now: float) -> None:
        """RESPONDER-LIFETIME of phase 1 (RFC 2407, 4.6.3.1); that of phase 2 is in its answer."""
        if (notice.kind, notice.protocol) != (Notify.RESPONDER_LIFETIME, Protocol.ISAKMP):
            return
        life = shorter(phase.life, notice.data)
        if life.seconds < phase.life.seconds:
            phase.life, phase.expires = life, min(phase.expires, now + life.seconds)
            self.answering.sas.timers.set(phase, phase.expires)

    def _hear_refusal(self, opening: Opening, header: Header, body: bytes) -> list[AskEvent]:
        """In the clear, so anybody on the way could have said it; who is there could do worse."""
        notices = readable_notices(parse_chain(Reader(body), header.first))
        errors = [notice for notice in notices if notice.kind < ERRORS_BELOW]
        if not errors:
            return self._count("notify")
        why = _REFUSED[opening.step]
        if why is Why.NO_SUITE and errors[0].kind != Notify.NO_PROPOSAL_CHOSEN:
            why = Why.REFUSED
        return self._fail(why, f"it says {_words(errors[0])}")

    def _opening_timeout(self, opening: Opening, now: float) -> list[AskEvent]:
        if opening.retry.again(now):
            return [self._send(opening.retry.message)]
        return self._fail(*_SILENT[opening.step])

    def _fail(self, why: Why, detail: str) -> list[AskEvent]:
        self._opening, self._wants_pair = None, False
        return [Failed(why, detail)]

    def _standing(self, now: float) -> Phase1 | None:
        """The phase 1 to ask by: the one that lives longest, if it is not about to end."""
        living = [
            phase
            for phase in self._established()
            if phase.expires > now + LAST_MOMENT and not phase.used.full
        ]
        return max(living, key=lambda phase: phase.expires, default=None)

    def _renewal(self) -> float | None:
        """When the last phase 1 is to be renewed; without pairs it is of no use."""
        if self._opening is not None or not self.answering.sas.pairs:
            return None
        share = 1.0 - RENEW_SHARE
        ends = [phase.expires - share * phase.life.seconds for phase in self._established()]
        return max(*ends, self._renew_not_before) if ends else None

    def _established(self) -> list[Phase1]:
        phases = self.answering.sas.phases.values()
        return [phase for phase in phases if phase.step is Stand.ESTABLISHED]

    # quick mode

    def _begin_quick(self, phase: Phase1, now: float) -> list[AskEvent]:
        self._wants_pair = False
        return self._settled(self._pairs.begin(phase, now), now)

    def _settled(self, events: list[PairEvent], now: float) -> list[AskEvent]:
        """What came of a quick mode, in the words of an initiator."""
        found: list[AskEvent] = []
        for event in events:
            if isinstance(event, CameToNothing):
                found += self._came_to_nothing(event, now)
            else:
                found.append(event)
        return found

    def _came_to_nothing(self, event: CameToNothing, now: float) -> list[AskEvent]:
        """A server that has lost an old phase 1 does not answer by it; a new one may help."""
        if event.outcome is Outcome.REFUSED:
            return [Failed(Why.NO_PAIR, f"it says {event.words}")]
        if event.phase is self._fresh:
            return [Failed(Why.NO_PAIR, "nothing came after our first message of quick mode")]
        found: list[AskEvent] = []
        if event.phase.cookies in self.answering.sas.phases:
            found.append(self.answering.sas.close_phase(event.phase, "the server does not know it"))
        return [*found, *self.start(now)]

    def _send(self, message: bytes) -> Send:
        return Send(self.local, self.peer, message)

    def _count(self, reason: str) -> list[AskEvent]:
        self.answering.counters[reason] += 1
        return []


def _retry(message: bytes, now: float) -> Retry:
    return Retry(message, now + FIRST_WAIT, FIRST_WAIT, TRIES)


def _words(notice: Notification) -> str:
    """A notify type for people."""
    known = {each.value for each in Notify}
    return Notify(notice.kind).name.replace("_", "-") if notice.kind in known else str(notice.kind)
