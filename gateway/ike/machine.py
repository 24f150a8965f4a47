"""IKEv1 as the responder: the room's door, main mode, and what time does (RFC 2408, 2409, 3706).

Messages find their phase 1 here, and what the other files decide is carried out; what an
established phase 1 takes is in `established.py`. A bad message on a living exchange is counted and
nothing else: the exchange goes on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gateway.ike.certificates import requests_for
from gateway.ike.choice import offered_ike
from gateway.ike.effort import exponentiations
from gateway.ike.errors import BadHeader, OutOfStep, Refusal, counted_as
from gateway.ike.established import Established
from gateway.ike.events import (
    Authenticated,
    Chosen,
    IkeEvent,
    NatFound,
    Offered,
    Reason,
    Refused,
    Send,
    Started,
)
from gateway.ike.fragments import SMALL, Fragments, Gathering
from gateway.ike.guards import Guards
from gateway.ike.header import Header, is_version_1, parse_header
from gateway.ike.inform import build_inform, refusal
from gateway.ike.keys import Keys
from gateway.ike.moves import follow, move
from gateway.ike.nat import choose_answer, choose_variant, offered_variants
from gateway.ike.numbers import NO_COOKIE, Exchange, Kind, Notify, Protocol
from gateway.ike.offer import Offer, choose_suite, parse_offer
from gateway.ike.payloads import Payload
from gateway.ike.peers import Peer
from gateway.ike.phase1 import Phase1, Random, answer_key, answer_offer, start_dpd
from gateway.ike.phase2 import Pair, Quick
from gateway.ike.policy import IkePolicy
from gateway.ike.proof import Unproved, prove
from gateway.ike.sas import Due, Sas
from gateway.ike.shape import offer_shape
from gateway.ike.steps import RESPONDER, Do, Step, message_of
from gateway.ike.turned_away import TurnedAway
from gateway.ike.vendors import announces_dpd, announces_fragments, name_vendor
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram, Endpoint

_WAITED_FOR = {
    Step.AWAIT_KEY: "nothing came after our second message",
    Step.AWAIT_AUTH: "nothing came after our fourth message; it may be that UDP 4500 is blocked",
}

AFTER_ERROR = 1.0  # seconds until a timer that failed has its turn again


class Ike:
    """All phase 1 and phase 2 SAs of a gateway. Times are seconds on the caller's clock."""

    def __init__(self, policy: IkePolicy, random: Random) -> None:
        self.counters: Counter[str] = Counter()
        self._random = random
        self.sas = Sas()  # for tests and for what is shown; changed only from here
        self._guards = Guards()
        effort = self._guards.effort
        self._established = Established(policy, random, self.sas, self.counters, effort)
        self._turned_away = TurnedAway()
        self._fragments = Fragments(self.sas.timers.set)
        self._handles = 0
        self._left_over: list[IkeEvent] = []  # of timers before one that failed

    @property
    def _policy(self) -> IkePolicy:
        return self._established.policy

    def set_policy(self, policy: IkePolicy) -> None:
        """For what comes from now on; living SAs stay as they are."""
        self._established.policy = policy

    def receive(self, datagram: Datagram, now: float) -> list[IkeEvent]:
        """One ISAKMP message without its marker; `source` is the peer, `target` is us."""
        try:
            events = self._receive(datagram, now)
        except WireError as error:
            events = self._count(counted_as(error))
        return self._fragments.cut(events, self.sas.phases)

    def handle_timeout(self, now: float) -> list[IkeEvent]:
        """After an error of ours who it was has its turn again; what the others had comes then."""
        for due in self.sas.timers.due(now):
            self.sas.timers.set(due, now + AFTER_ERROR)
            self._left_over += self._time_of(due, now)
        events, self._left_over = self._left_over, []
        return self._fragments.cut(events, self.sas.phases)

    def _time_of(self, due: Due, now: float) -> list[IkeEvent]:
        """What follows for somebody whose time has come; each says when it comes again, if ever."""
        match due:
            case Phase1():
                return self._expire_phase(due)
            case Pair():
                return [self.sas.close_pair(due, "expired")]
            case Quick():
                return self._established.resend_quick(due, now)
            case Peer():
                return self._established.look_after(due, now)
            case Gathering():
                self._fragments.forget(due)
                return self._count("pieces that never became whole")

    def deadline(self) -> float | None:
        return self.sas.timers.deadline()

    @property
    def half_open(self) -> int:
        """How many have begun and are not authenticated yet."""
        return len(self.sas.half_open)

    def note_alive(self, sa: int, now: float) -> None:
        """Authenticated ESP came from the client whose phase 1 this is or was."""
        peer = self.sas.peers.get(sa)
        if peer is not None:
            peer.hear(now)

    def move(self, sa: int, endpoint: Endpoint, esp: Endpoint | None = None) -> None:
        """Speak to the client there from now on; `esp` is where its ESP comes from, if elsewhere.

        Authenticated ESP, newest of all, has shown it.
        """
        peer = self.sas.peers.get(sa)
        if peer is not None:
            self._guards.places.see(peer.credential, endpoint.host)
            move(peer, endpoint)
            peer.esp = esp

    def join(self, sa: int, other: int) -> None:
        """The clients of these two handles have proved to be one."""
        one, two = self.sas.peers.get(sa), self.sas.peers.get(other)
        if one is not None and two is not None and one is not two:
            self._established.join(one, two)

    def ask(self, sa: int, now: float) -> None:
        """There is doubt whether the client is still there: ask it at once, if it understands."""
        peer = self.sas.peers.get(sa)
        if peer is not None:
            self._established.ask(peer, now)

    def forget_older(self, sa: int) -> list[IkeEvent]:
        """What this phase 1's INITIAL-CONTACT said is so: nothing older is left at the client."""
        return self._established.forget_older(sa)

    def confirm(self, spi_in: int, now: float) -> list[IkeEvent]:
        """Authenticated ESP came on a pair whose quick mode was not confirmed: now it is."""
        return self._established.confirm_by_use(spi_in, now)

    def adopt(self, phase: Phase1, payloads: Iterable[Payload], now: float) -> list[IkeEvent]:
        """A phase 1 that we have asked for stands: it is as good as any other from now on."""
        phase.sa = self._next_handle()
        self.sas.open(phase)
        return self._established.begin(phase, payloads, now)

    def take_up(self, peer: Peer) -> None:
        """A client of an earlier process, as `snapshot.restore` has it; handles go on behind it."""
        self._established.take_up(peer)
        self._guards.places.see(peer.credential, peer.endpoint.host)
        self._handles = max(self._handles, peer.newest)

    def close(self, sa: int, now: float) -> list[IkeEvent]:
        """Delete a phase 1 and the pairs made under it, and tell the client."""
        half_open = self.sas.half_open.get(sa)
        if half_open is not None:
            return [self.sas.close_phase(half_open, "closed by the gateway")]
        return self._established.close(sa)

    def keys_of(self, sa: int) -> tuple[bytes, Keys] | None:
        """For a recording of this very process: whose a phase 1 is by its first cookie, and what
        opens its messages; None where nobody is authenticated."""
        peer = self.sas.peers.get(sa)
        phases = [] if peer is None else [phase for phase in peer.phases if phase.sa == sa]
        return (phases[0].cookie_i, phases[0].secured().keys) if phases else None

    def peers(self) -> list[Peer]:
        """All clients that have anything."""
        return list(dict.fromkeys(self.sas.peers.values()))

    def rename(self, names: Mapping[str, str]) -> None:
        """Old name -> new one of credentials that are the same clients still."""
        self.sas.rename(names)

    def expel(self, peer: Peer, reason: str) -> list[IkeEvent]:
        """Delete all that one client has, and tell it."""
        return self._established.expel(peer, reason)

    def close_pair(self, spi_in: int, now: float) -> list[IkeEvent]:
        """Delete one pair and tell the client, if any phase 1 with it is left."""
        return self._established.close_pair(spi_in, "closed by the gateway")

    def _receive(self, datagram: Datagram, now: float) -> list[IkeEvent]:
        header, body = parse_header(datagram.payload)
        if not is_version_1(header):
            return self._count("other version")
        if header.exchange == Exchange.AGGRESSIVE:
            return self._refuse_aggressive(datagram, header)
        if header.exchange not in (Exchange.MAIN, Exchange.QUICK, Exchange.INFORMATIONAL):
            return self._count("authip" if header.exchange == Exchange.AUTHIP else "other exchange")
        if header.cookie_i == NO_COOKIE:
            raise BadHeader("no initiator cookie")
        if header.cookie_r == NO_COOKIE:
            return self._receive_first(datagram, header, body, now)
        phase = self.sas.phases.get(header.cookie_i + header.cookie_r)
        if phase is None:
            return self._count("unknown cookies")
        if header.first == Kind.FRAGMENT and not header.encrypted:
            whole = self._fragments.take(phase, datagram, header, body, now)
            return [] if whole is None else self._receive(whole, now)
        answer = phase.memory.answer(datagram.payload)
        if answer is not None:
            phase.whole = SMALL  # it asks again: what is long may not arrive in one
            return self._resend(datagram, answer, phase)
        return self._step(phase, datagram, header, body, now)

    def _step(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        do, step = RESPONDER[phase.step, message_of(header)]
        match do:
            case Do.ANSWER_KEY:
                events = self._answer_key(phase, datagram, header, body, now)
            case Do.ANSWER_AUTH:
                events = self._answer_auth(phase, datagram, header, body, now)
            case Do.TAKE_QUICK:
                events = self._established.take_quick(phase, datagram, header, body, now)
            case Do.TAKE_INFORM:
                events = self._established.take_inform(phase, datagram, header, body, now)
            case Do.COUNT:
                raise OutOfStep(f"{header.exchange} in {phase.step}")
        phase.step = step
        return events

    def _receive_first(
        self, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        if header.exchange != Exchange.MAIN or header.encrypted:
            return self._count("unauthenticated")
        phase = self.sas.openings.get((datagram.source, header.cookie_i))
        known = self._turned_away.answer(datagram)
        answer = known if phase is None else phase.memory.answer(datagram.payload)
        if answer is not None:
            return self._resend(datagram, answer)
        if phase is not None:
            raise OutOfStep("another first message with the same cookie")
        self._guards.effort.hear(len(datagram.payload), datagram.source.host, now)
        return self._open(datagram, header, parse_offer(header, body), now)

    def _open(self, datagram: Datagram, header: Header, offer: Offer, now: float) -> list[IkeEvent]:
        policy, source = self._policy, datagram.source
        sa, vendors = self._next_handle(), tuple(map(name_vendor, offer.vendors))
        events: list[IkeEvent] = [
            Started(sa, source, datagram.target),
            Offered(
                sa,
                vendors,
                offered_variants(offer.vendors),
                offered_ike(offer.association),
                offer_shape(offer.association, offer.vendors, offer.order),
            ),
        ]
        try:
            choice = choose_suite(offer, policy, policy.credentials(source))
        except Refusal as error:
            return [*events, *self._turn_away(sa, datagram, header, error)]
        phase = Phase1(
            sa=sa,
            cookie_i=header.cookie_i,
            cookie_r=self.sas.free_cookie(header.cookie_i, self._random),
            opened_from=source,
            local=datagram.target,
            peer=source,
            suite=choice.suite,
            life=choice.life,
            variant=choose_variant(offer.vendors, policy.natt),
            sai_b=offer.sai_b,
            expires=now + policy.half_open_seconds,
            dpd=start_dpd(self._random) if any(map(announces_dpd, offer.vendors)) else None,
            answer=policy.nat_d or choose_answer(vendors),
            method=choice.method,
            fragments=any(map(announces_fragments, offer.vendors)),
        )
        message = answer_offer(phase, choice)
        phase.memory.keep(datagram.payload, message)
        # Only now: who is dropped would be told to nobody if anything above failed.
        for dropped in self.sas.make_room(policy, source.host, self._guards.places):
            self.counters["half-open dropped"] += 1
            detail = f"{len(self.sas.half_open) + 1} in all"
            events.append(Refused(dropped.sa, dropped.peer, Reason.TOO_MANY_HALF_OPEN, detail))
        self.sas.open(phase)
        natt = phase.variant.name if phase.variant is not None else None
        return [*events, Chosen(sa, choice.suite.name, natt), _reply(datagram, message)]

    def _answer_key(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        def afford(length: int) -> None:
            self._guards.charge(phase, exponentiations(length), now)

        try:
            requests = requests_for(self._policy.signing, phase.method)
            message, nat = answer_key(phase, header, body, datagram, self._random, requests, afford)
        except Refusal as error:
            return self._drop(phase, error)
        phase.memory.keep(datagram.payload, message)
        found = [] if nat is None else [NatFound(phase.sa, nat.client, nat.gateway, phase.hidden)]
        return [*found, *follow(phase, datagram), _reply(datagram, message)]

    def _answer_auth(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        tools = self._guards, self.counters, self._random
        try:
            fit, message = prove(phase, header, body, datagram, self._policy, *tools, now)
        except Unproved as error:
            told = self._tell(phase, error, datagram) if error.secured else []
            return [*told, *self._drop(phase, error)]
        events: list[IkeEvent] = [*follow(phase, datagram)]
        phase.memory.keep(datagram.payload, message)
        phase.expires = now + phase.life.seconds
        secured = phase.secured()
        self._guards.welcome(phase)
        who = secured.credential, secured.identity, secured.old_key, secured.certificate
        events.append(Authenticated(phase.sa, *who))
        events.append(_reply(datagram, message))
        events += self._established.begin(phase, fit.payloads, now)
        return events

    def _tell(self, phase: Phase1, error: Unproved, datagram: Datagram) -> list[IkeEvent]:
        """Say why under protection: only who asked has the keys, so nobody else learns anything."""
        phase.keys_of = error.secured
        notice = refusal(Protocol.ISAKMP, error.answer, phase.cookies)
        return [_reply(datagram, build_inform(phase, [notice], self._random))]

    def _drop(self, phase: Phase1, error: Refusal) -> list[IkeEvent]:
        self.sas.forget_phase(phase)
        self.counters["refused"] += 1
        secured = error.secured if isinstance(error, Unproved) else None
        whose = "" if secured is None else secured.credential
        return [Refused(phase.sa, phase.peer, error.reason, str(error), whose)]

    def _turn_away(
        self, sa: int, datagram: Datagram, header: Header, error: Refusal
    ) -> list[IkeEvent]:
        self.counters["refused"] += 1
        message = self._turned_away.refuse(datagram, header, error, self._random)
        refused = Refused(sa, datagram.source, error.reason, str(error))
        return [refused, _reply(datagram, message)]

    def _refuse_aggressive(self, datagram: Datagram, header: Header) -> list[IkeEvent]:
        """It would show a hash of the key to anyone who asks. Told once for each message."""
        self.counters["aggressive mode"] += 1
        if header.cookie_r != NO_COOKIE or not self._turned_away.ignore(datagram):
            return []
        return [Refused(0, datagram.source, Reason.AGGRESSIVE_MODE, "main mode is needed")]

    def _expire_phase(self, phase: Phase1) -> list[IkeEvent]:
        if phase.step is Step.ESTABLISHED:
            later = self.sas.spared_until(phase)
            self.sas.timers.set(phase, later)
            return [self.sas.close_phase(phase, "expired")] if later is None else []
        reason, told = Reason.TIMED_OUT, _WAITED_FOR[phase.step]
        if phase.held:
            reason, told = phase.held, "this one's was not looked at"
        return self._drop(phase, Refusal(reason, told, Notify.PAYLOAD_MALFORMED))

    def _resend(
        self, datagram: Datagram, answer: bytes, phase: Phase1 | None = None
    ) -> list[IkeEvent]:
        self.counters["retransmission"] += 1
        asked = len(datagram.payload)
        if phase is not None and not phase.may_get(datagram.source, asked, len(answer)):
            return self._count("asked from elsewhere for more than it brings")
        return [_reply(datagram, answer)] if answer else []

    def _count(self, reason: str) -> list[IkeEvent]:
        self.counters[reason] += 1
        return []

    def _next_handle(self) -> int:
        self._handles += 1
        return self._handles


def _reply(datagram: Datagram, message: bytes) -> Send:
    return Send(datagram.target, datagram.source, message)
