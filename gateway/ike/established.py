"""What an established phase 1 takes and does: quick mode, informational, is the client there.

Whatever comes has passed its hash before anything is done, and a message ID is good once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.ike.effort import QUICK, Effort, exponentiations
from gateway.ike.errors import IkeError, OutOfStep, Refusal, Replayed, counted_as
from gateway.ike.events import (
    DELETED,
    Floated,
    IkeEvent,
    InitialContact,
    PairConfirmed,
    PeerMoved,
    Reason,
    Refused,
    Send,
)
from gateway.ike.header import Header
from gateway.ike.inform import (
    ask,
    build_inform,
    delete_pairs,
    delete_phase1,
    dpd_notice,
    dpd_sequence,
    hear_dpd,
    notifications,
    open_inform,
    refusal,
    take_ack,
)
from gateway.ike.moves import elsewhere
from gateway.ike.numbers import FLAG_COMMIT, PORT_NATT, Kind, Notify, Protocol
from gateway.ike.payloads import (
    Delete,
    Notification,
    Payload,
    all_of,
    parse_delete,
    parse_notification,
)
from gateway.ike.peers import Peer
from gateway.ike.phase1 import Phase1, Random
from gateway.ike.phase2 import (
    Pair,
    Quick,
    QuickOffer,
    answer_quick,
    confirm_quick,
    is_fourth,
    note_confirmed,
    open_quick,
    parse_quick,
    quick_iv,
)
from gateway.ike.policy import IkePolicy
from gateway.ike.resend import Retry
from gateway.ike.sas import Sas
from gateway.ike.shape import quick_offered
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram


class Established:
    """The part of `Ike` behind authentication; it shares the tables and the counters."""

    def __init__(
        self, policy: IkePolicy, random: Random, sas: Sas, counters: Counter[str], effort: Effort
    ) -> None:
        self.policy = policy
        self._random = random
        self._sas = sas
        self._counters = counters
        self._effort = effort

    def begin(self, phase: Phase1, payloads: Iterable[Payload], now: float) -> list[IkeEvent]:
        """A phase 1 is authenticated; notices may have come with the fifth message."""
        peer, closed = self._sas.establish(phase, now)
        events: list[IkeEvent] = [*closed]
        for other in self._sas.overdue(peer, self.policy.clients_per_credential):
            events += self._bury(other, "too many clients of this name")
        try:
            contact = any(n.kind == Notify.INITIAL_CONTACT for n in notifications(payloads))
        except WireError:  # not covered by the hash, so no reason to refuse
            contact = False
        if contact:
            events.append(InitialContact(phase.sa))
        self._watch(peer)
        return events

    def take_quick(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        quick = self._sas.quicks.get((phase.sa, header.message_id))
        if quick is not None:
            confirm_quick(quick, header, body)
            phase.memory.keep(datagram.payload, b"")
            note_confirmed(phase, header, body)
            events = self._hear(phase, datagram, now)
            return [*events, *self._confirmed(quick)]
        if is_fourth(phase, header, body):
            self._counters["fourth quick mode message"] += 1
            return []
        self._check_fresh(phase, header)
        payloads, iv = open_quick(phase.secured(), header, body)
        publics = all_of(payloads, Kind.KE)[:1]  # perfect forward secrecy costs as much again
        cost = QUICK + sum(exponentiations(len(public)) for public in publics)
        self._effort.give_back(self._effort.charge(cost, phase.peer.host, now))
        phase.used.add(header.message_id)
        events = self._hear(phase, datagram, now)
        try:
            offer = parse_quick(phase, payloads)
            commit = bool(header.flags & FLAG_COMMIT)
            association, ids, nat_oa = offer.association, offer.ids, len(offer.nat_oa)
            events.append(quick_offered(phase.sa, association, ids, nat_oa, commit=commit))
            events += self._answer_quick(phase, datagram, header, offer, iv, now)
        except WireError as error:
            events += self._refuse_quick(phase, datagram, error)
        return events

    def take_inform(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> list[IkeEvent]:
        self._check_fresh(phase, header)
        payloads = open_inform(phase.secured(), header, body)
        phase.used.add(header.message_id)
        phase.memory.keep(datagram.payload, b"")
        events = self._hear(phase, datagram, now)
        peer = self._sas.peers[phase.sa]
        for payload in sorted(payloads, key=lambda payload: payload.kind == Kind.DELETE):
            try:  # what makes no sense does not hide what stands beside it
                events += self._act(phase, peer, payload, datagram)
            except WireError as error:
                self._counters[counted_as(error)] += 1
        return events

    def take_up(self, peer: Peer) -> None:
        self._sas.take_up(peer)
        self._watch(peer)

    def join(self, peer: Peer, other: Peer) -> None:
        self._sas.join(peer, other)
        self._watch(peer)

    def ask(self, peer: Peer, now: float) -> None:
        peer.doubt(now, self.policy)
        self._watch(peer)

    def forget_older(self, sa: int) -> list[IkeEvent]:
        peer = self._sas.peers.get(sa)
        if peer is None:
            return []
        pairs = [pair for pair in peer.pairs.values() if pair.sa < sa]
        phases = [phase for phase in peer.phases if phase.sa < sa]
        reason = "the client began anew"
        events: list[IkeEvent] = [self._sas.close_pair(pair, reason) for pair in pairs]
        return events + [self._sas.close_phase(phase, reason) for phase in phases]

    def confirm_by_use(self, spi_in: int, now: float) -> list[IkeEvent]:
        quick = self._sas.quick_of(spi_in)
        if quick is None:
            return []
        self._sas.peers[quick.pair.sa].hear(now)
        return self._confirmed(quick)

    def _confirmed(self, quick: Quick) -> list[IkeEvent]:
        """The client has the pair."""
        self._sas.end_quick(quick)
        return [PairConfirmed(quick.pair.sa, quick.pair.spi_in)]

    def resend_quick(self, quick: Quick, now: float) -> list[IkeEvent]:
        """Our second message was not answered yet."""
        if quick.retry.again(now):
            self._sas.timers.set(quick, quick.retry.due)
            return [Send(quick.phase.local, quick.phase.peer, quick.retry.message)]
        return self.close_pair(quick.pair.spi_in, "the client did not confirm it")

    def look_after(self, peer: Peer, now: float) -> list[IkeEvent]:
        """Nothing was heard for a while: ask, and give up in the end (RFC 3706, 5.5)."""
        due = peer.deadline(self.policy)
        dpd = peer.phases[-1].dpd if peer.phases else None
        if due is None or dpd is None or now < due:
            self._watch(peer)
            return []
        if peer.asked >= self.policy.dpd_tries:
            return self._bury(peer, "the client no longer answers")
        phase = peer.phases[-1]
        question = self._inform(phase, [dpd_notice(phase, Notify.R_U_THERE, ask(dpd, peer.asked))])
        places = elsewhere(self._sas, peer) if peer.asked else []
        peer.asked += 1
        peer.due = now + self.policy.dpd_wait
        self._watch(peer)
        return [question, *(replace(question, target=place) for place in places)]

    def close(self, sa: int) -> list[IkeEvent]:
        """A phase 1 and the pairs made under it."""
        peer = self._sas.peers.get(sa)
        if peer is None:
            return []
        events: list[IkeEvent] = []
        pairs = [pair for pair in peer.pairs.values() if pair.sa == sa]
        phase = next((phase for phase in peer.phases if phase.sa == sa), None)
        speaker = phase or (peer.phases[-1] if peer.phases else None)
        if pairs and speaker is not None:
            events.append(self._inform(speaker, [delete_pairs(pair.spi_in for pair in pairs)]))
        events += [self._sas.close_pair(pair, "closed by the gateway") for pair in pairs]
        if phase is not None:
            events.append(self._inform(phase, [delete_phase1(phase)]))
            events.append(self._sas.close_phase(phase, "closed by the gateway"))
        self._watch(peer)
        return events

    def expel(self, peer: Peer, reason: str) -> list[IkeEvent]:
        """All phase 1 SAs and pairs of one client, which is told."""
        told: list[IkeEvent] = []
        for phase in peer.phases[-1:]:
            told += [self._inform(phase, [delete_pairs(peer.pairs)])] if peer.pairs else []
        told += [self._inform(phase, [delete_phase1(phase)]) for phase in peer.phases]
        return [*told, *self._bury(peer, reason)]

    def close_pair(self, spi_in: int, reason: str) -> list[IkeEvent]:
        pair = self._sas.pairs.get(spi_in)
        if pair is None:
            return []
        peer = self._sas.peers[pair.sa]
        told = [self._inform(phase, [delete_pairs([spi_in])]) for phase in peer.phases[-1:]]
        return [*told, self._sas.close_pair(pair, reason)]

    def _answer_quick(
        self,
        phase: Phase1,
        datagram: Datagram,
        header: Header,
        offer: QuickOffer,
        iv: bytes,
        now: float,
    ) -> list[IkeEvent]:
        spi_in = self._sas.free_spi(self._random, self._sas.low_bits(phase.sa))
        answer = answer_quick(phase, header, offer, iv, spi_in, self.policy, self._random)
        ready = answer.ready
        wait = self.policy.quick_wait
        pair = Pair(phase.sa, spi_in, ready.spi_out, now + ready.life_seconds)
        quick = Quick(
            phase=phase,
            pair=pair,
            message_id=header.message_id,
            iv=quick_iv(phase, answer.message),
            expected=answer.expected,
            retry=Retry(answer.message, now + wait, wait, self.policy.quick_tries),
        )
        closed = self._sas.add_pair(self._sas.peers[phase.sa], pair, quick)
        phase.memory.keep(datagram.payload, answer.message)
        return [*closed, ready, Send(datagram.target, datagram.source, answer.message)]

    def _refuse_quick(self, phase: Phase1, datagram: Datagram, error: WireError) -> list[IkeEvent]:
        """The phase 1 lives on, and the same message gets the same notice."""
        self._counters["refused"] += 1
        reason = error.reason if isinstance(error, Refusal) else Reason.UNSUITABLE_QUICK_MODE
        answer = error.answer if isinstance(error, IkeError) else IkeError.answer
        message = build_inform(phase, [refusal(Protocol.ESP, answer)], self._random)
        phase.memory.keep(datagram.payload, message)
        refused = Refused(phase.sa, phase.peer, reason, str(error))
        return [refused, Send(datagram.target, datagram.source, message)]

    def _act(
        self, phase: Phase1, peer: Peer, payload: Payload, datagram: Datagram
    ) -> list[IkeEvent]:
        """One payload of an informational; those of other kinds are skipped."""
        match payload.kind:
            case Kind.NOTIFICATION:
                return self._notice(phase, parse_notification(payload.body), datagram)
            case Kind.DELETE:
                return self._delete(peer, parse_delete(payload.body))
        return []

    def _notice(self, phase: Phase1, notice: Notification, datagram: Datagram) -> list[IkeEvent]:
        match notice.kind:
            case Notify.R_U_THERE if phase.memory.answer(datagram.payload):
                self._counters["asked twice in one message"] += 1
            case Notify.R_U_THERE:
                sequence = dpd_sequence(phase, notice)
                if phase.dpd is not None:
                    hear_dpd(phase.dpd, sequence)
                told = dpd_notice(phase, Notify.R_U_THERE_ACK, sequence)
                message = build_inform(phase, [told], self._random)
                phase.memory.keep(datagram.payload, message)
                return [Send(datagram.target, datagram.source, message)]
            case Notify.R_U_THERE_ACK if phase.dpd is not None:
                take_ack(phase.dpd, dpd_sequence(phase, notice))
            case Notify.INITIAL_CONTACT:
                return [InitialContact(phase.sa)]
            case _:  # REPLAY-STATUS and RESPONDER-LIFETIME among them: nothing follows from them
                self._counters["notify"] += 1
        return []

    def _delete(self, peer: Peer, delete: Delete) -> list[IkeEvent]:
        pairs, phases = peer.deleted(delete)
        if not pairs and not phases:
            self._counters["delete of nothing"] += 1
        events: list[IkeEvent] = [self._sas.close_pair(pair, DELETED) for pair in pairs]
        events += [self._sas.close_phase(phase, DELETED) for phase in phases]
        self._watch(peer)
        return events

    def _bury(self, peer: Peer, reason: str) -> list[IkeEvent]:
        return [
            *(self._sas.close_pair(pair, reason) for pair in list(peer.pairs.values())),
            *(self._sas.close_phase(phase, reason) for phase in list(peer.phases)),
        ]

    def _hear(self, phase: Phase1, datagram: Datagram, now: float) -> list[IkeEvent]:
        """An authenticated message that was never seen before: the client is where it came from.

        But who has floated does not come back to port 500.
        """
        peer = self._sas.peers[phase.sa]
        peer.hear(now)
        self._watch(peer)
        here, there = datagram.target, datagram.source
        old_here, old_there = phase.local, phase.peer
        back = old_here.port == PORT_NATT and here.port != PORT_NATT
        if back or (here, there) == (old_here, old_there):
            return []
        for other in peer.phases:
            if other.peer == old_there:
                other.local, other.peer = here, there
        peer.endpoint = there
        events: list[IkeEvent] = []
        if here.port != old_here.port:
            events.append(Floated(phase.sa, here, there))
        if there != old_there:
            events.append(PeerMoved(phase.sa, there))
        return events

    def _check_fresh(self, phase: Phase1, header: Header) -> None:
        if header.message_id == 0:
            raise OutOfStep("no message ID")
        if header.message_id in phase.used:
            raise Replayed(f"message ID {header.message_id:#010x} again")
        if phase.used.full:
            raise OutOfStep("this phase 1 has no message IDs left")

    def _inform(self, phase: Phase1, payloads: Sequence[Payload]) -> Send:
        return Send(phase.local, phase.peer, build_inform(phase, payloads, self._random))

    def _watch(self, peer: Peer) -> None:
        self._sas.timers.set(peer, peer.deadline(self.policy))
