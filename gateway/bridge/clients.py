"""Who is outside: IKE's phases, and the legs that their quick modes have given keys to.

Turns what IKE reports into legs, security associations and facts. A leg is found again by client
name and endpoint, so any number of phase 1 and 2 negotiations end on the same leg.
"""

from collections import deque
from collections.abc import Callable, Container, Mapping

from gateway.bridge.admission import most_phases, system_of
from gateway.bridge.budget import Budget
from gateway.bridge.client_leg import BY_MARKER, OWN_PORT, ClientLeg, LegKey, Pair
from gateway.bridge.directors import answer, ike_packet, is_question
from gateway.bridge.following import Following
from gateway.bridge.phases import Phase1
from gateway.bridge.place import Place
from gateway.bridge.recorder import Recorder
from gateway.bridge.tell import tell_ike
from gateway.bridge.traffic import Traffic
from gateway.bridge.visitors import Visitors
from gateway.bridge.watch import Watch
from gateway.esp import events as esp
from gateway.esp.errors import Drop
from gateway.esp.machine import SaTable
from gateway.esp.quirks import DELETES_AT_ONCE, IDLE, life_bytes
from gateway.ike import events as ike
from gateway.ike.machine import Ike
from gateway.l2tp.machine import Lns
from gateway.outputs import Fact, Output, SendIp, What
from gateway.wire.udp import Datagram, Endpoint

DEAD = "the client no longer answers"
MOST_AWAITED = 4096  # of whom more dial at once, some silences are not told
COOKIES = 16  # bytes that an IKE message begins with, both together
SOURCE = slice(12, 16)  # of an IPv4 header
# Dials of strangers that are told: a site that dials at once after a power cut, and no flood.
TOLD_AT_ONCE, TOLD_PER_SECOND = 128, 2.0


class Clients:
    """All legs, by endpoint and by SPI, and the IKE machine that gives them keys."""

    def __init__(
        self,
        machine: Ike,
        random: Callable[[int], bytes],
        next_dial: Callable[[], int],
        watch: Watch,
    ) -> None:
        """`watch` knows the configuration in force."""
        self.ike = machine
        self.phases: dict[int, Phase1] = {}  # by IKE's handle
        self.legs: dict[LegKey, ClientLeg] = {}
        self.sas = SaTable(random)
        self.by_spi: dict[int, tuple[ClientLeg, Pair]] = {}  # our SPI
        self.recorder: Recorder | None = None  # while an owner wants a handshake written down
        self.dead: dict[ClientLeg, str] = {}  # to be ended by whoever asked, and why
        self.following = Following(machine, self.phases, self.legs, self.by_spi)
        self.scheduled: float | None = None  # for Timers: IKE's own and the SA table's
        self.taken_tunnels: Container[int] = ()  # by another client's tunnel
        self.untold = 0  # dials of strangers, and refusals without a dial, that were not told
        self.visitors = Visitors()
        self.carried = Traffic()  # by keys of clients that are gone
        self._quiet: deque[tuple[float, ClientLeg]] = deque(maxlen=MOST_AWAITED)  # first due first
        self._budget = Budget(TOLD_AT_ONCE, TOLD_PER_SECOND)
        self._random = random
        self._next_dial = next_dial
        self._watch = watch

    def receive(self, datagram: Datagram, now: float) -> list[Output]:
        """An IKE message, markers off."""
        if is_question(datagram, self._watch.config.fleet.directors):
            return answer(datagram, self._random)
        if self.recorder is not None:
            self.recorder.ike(datagram, now, by_client=True)
        events = self.ike.receive(datagram, now)
        if not events and datagram.payload[:COOKIES] not in self.ike.sas.phases:
            self.visitors.note_ike(datagram.source.host, datagram.payload, now)
        return self.carry(events, now)

    def note_dropped(self, why: Drop, packet: bytes, now: float) -> list[Output]:
        """An ESP packet that was no good, counted where it was found out. Nothing is answered."""
        if why is Drop.NO_SA:
            self.visitors.note_esp(packet[SOURCE], now)
        return []

    def counters(self) -> dict[str, int]:
        """What was counted since the start, by room and reason."""
        found = {f"ike_{name}": count for name, count in self.ike.counters.items()}
        found["ike_strangers_untold"] = self.untold
        return found | {f"esp_{reason.name.lower()}": self.sas.drops[reason] for reason in Drop}

    def deadline(self) -> float | None:
        quiet = self._quiet[0][0] if self._quiet else None
        times = (self.ike.deadline(), self.sas.deadline(), quiet)
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[Output]:
        found = self.carry(self.ike.handle_timeout(now), now)
        while self._quiet and self._quiet[0][0] <= now:
            due, leg = self._quiet.popleft()
            found += leg.tell_silence(due)
        for event in self.sas.handle_timeout(now):
            match event:
                case esp.Ended(spi):
                    found += self.carry(self.ike.close_pair(spi, now), now)
                case esp.Removed(spi) if spi in self.by_spi:
                    leg, _ = self.by_spi.pop(spi)
                    leg.forget_pair(spi)
                    self.tidy(leg)
        return found

    def confirm(self, pair: Pair, now: float) -> list[Output]:
        """A packet came by the pair, so the client has its keys, whatever became of its message."""
        leg, _ = self.by_spi[pair.inbound.spi]
        leg.confirm(pair.inbound.spi)
        return self.carry(self.ike.confirm(pair.inbound.spi, now), now)

    def close_all(self, now: float) -> list[Output]:
        """Tell every client that its security associations end."""
        found: list[Output] = []
        orphans = [spi for spi, (_, pair) in self.by_spi.items() if pair.ike_sa not in self.phases]
        for spi in orphans:
            found += self.carry(self.ike.close_pair(spi, now), now)
        for handle in list(self.phases):
            found += self.carry(self.ike.close(handle, now), now)
        return found

    def began_anew(self, leg: ClientLeg, now: float) -> list[Output]:
        """A tunnel is up. If the client has said INITIAL-CONTACT, and has not used its older keys
        since, as those do that say so at every phase 1, it has indeed forgotten them."""
        if leg.contact is None:
            return []
        (handle, when), leg.contact = leg.contact, None
        older = [pair.inbound for pair in leg.pairs.values() if pair.ike_sa < handle]
        if any(inbound.heard_at is not None and inbound.heard_at > when for inbound in older):
            return []
        return self.carry(self.ike.forget_older(handle), now)

    def rename(self, names: Mapping[str, str]) -> None:
        """Old name -> new one of clients that are the same machines still."""
        if names:
            self.following.rename(names, self.living())
        for phase in self.phases.values():
            phase.client = names.get(phase.client, phase.client)
        self.ike.rename(names)

    def living(self) -> list[ClientLeg]:
        """Every leg, with those whose place in `legs` another has taken."""
        return list(dict.fromkeys([*self.legs.values(), *(leg for leg, _ in self.by_spi.values())]))

    def tidy(self, leg: ClientLeg) -> None:
        """Forget the leg if it has neither keys nor a tunnel left."""
        if leg.is_empty:
            self.following.forget(leg)

    def bury(self, leg: ClientLeg) -> None:
        """The client is gone: its keys are of no more use."""
        for spi in list(leg.pairs):
            self.sas.remove(spi)
            del self.by_spi[spi]
            leg.forget_pair(spi)
        self.tidy(leg)

    def carry(self, events: list[ike.IkeEvent], now: float) -> list[Output]:
        """What IKE wants sent, and what its events mean for the legs."""
        found: list[Output] = []
        for event in events:
            if isinstance(event, ike.Send):
                found.append(self._packet(event, now))
                continue
            if isinstance(event, ike.Started):
                quiet = self._is_too_much(now)
                phase = Phase1(self._next_dial(), now, event.peer, event.local, quiet)
                self.phases[event.sa] = phase
                if self.recorder is not None:
                    self.recorder.began(event.peer, phase.dial)
            self._learn(event, event.sa, now)
            found += self._tell(event, event.sa, now)
            found += self._tell_owner(event, event.sa, now)
            found += self._recognise(event)
            found += self._follow(event, now)
        return found

    def _follow(self, event: ike.IkeEvent, now: float) -> list[Output]:
        """What is to be done once it is told."""
        match event:
            case ike.Authenticated():
                self._proved(event)
                return self._make_room(event, now)
            case ike.PairClosed():
                return [*self._pair_closed(event, now)]
            case ike.Phase1Closed():
                self._phase_closed(event, now)
            case ike.Refused():
                self._drop_unproved(event.sa)
        return []

    def _proved(self, event: ike.Authenticated) -> None:
        """A recording is told whose dial it hears, and how it is opened."""
        opened = None if self.recorder is None else self.ike.keys_of(event.sa)
        if self.recorder is not None and opened is not None:
            cookie, keys = opened
            self.recorder.proved(cookie, self.phases[event.sa].dial, event.credential, keys)

    def _make_room(self, newest: ike.Authenticated, now: float) -> list[Output]:
        """Who has a key can dial without end; the oldest without a tunnel goes, its own first.

        Only so many phase 1 may stand at a time.
        """
        most = most_phases(self._watch.config)
        if len(self.phases) <= most:
            return []
        proved = {handle: phase for handle, phase in self.phases.items() if phase.client}
        if len(proved) <= most:
            return []
        idle = [
            (phase.client != newest.credential, handle)
            for handle, phase in proved.items()
            if phase.leg is None or phase.leg.lns.idle
        ]
        _, handle = min(idle, default=(True, newest.sa))
        return self.carry(self.ike.close(handle, now), now)

    def _tell(self, event: ike.IkeEvent, handle: int, now: float) -> list[Fact]:
        phase = self.phases.get(handle)
        if phase is None and isinstance(event, ike.PairClosed) and event.spi_in in self.by_spi:
            leg, _ = self.by_spi[event.spi_in]
            return tell_ike(event, leg.dial, leg.peer)
        if phase is None:
            facts = tell_ike(event, 0, None)
            return [] if facts and self._is_too_much(now) else facts
        if phase.quiet and not phase.client:
            return []
        return tell_ike(event, phase.dial, phase.peer)

    def _recognise(self, event: ike.IkeEvent) -> list[Fact]:
        """What the event shows of who is there, if that is news and the dial is told of at all."""
        phase = None if isinstance(event, ike.Send) else self.phases.get(event.sa)
        if phase is None:
            return []
        match event:
            case ike.Offered() | ike.NatFound() | ike.QuickOffered():
                news = phase.who.hear(event)
            case ike.Authenticated(credential=name):
                news = phase.who.tell(system_of(self._watch.config, name))
            case _:
                return []
        told = news and (phase.client or not phase.quiet)
        return [phase.who.fact(phase.dial, str(phase.peer))] if told else []

    def _tell_owner(self, event: ike.IkeEvent, handle: int, now: float) -> list[Fact]:
        """What is no step of the dial: a weak suite is used, or one of two keys."""
        phase = self.phases.get(handle)
        if phase is None:
            return []
        watch, name, place = self._watch, phase.client, (phase.dial, str(phase.peer))
        match event:
            case ike.Authenticated(old_key=old):
                known = watch.key_used(name, old, *place, now)
                return known + watch.suite_used(name, phase.suite, "IKE", *place)
            case ike.PairReady(suite=suite):
                return watch.suite_used(name, suite, "ESP", *place)
        return []

    def _is_too_much(self, now: float) -> bool:
        """Whether one more stranger is more than a person wants to hear of."""
        if self._budget.take(now):
            return False
        self.untold += 1
        return True

    def _pair_closed(self, event: ike.PairClosed, now: float) -> list[Fact]:
        """One pair less. Without any, who has a main mode left is idle, and not gone."""
        if event.spi_in not in self.by_spi:
            return []
        leg, _ = self.by_spi[event.spi_in]
        leg.retire_pair(event.spi_in)
        self.sas.retire(event.spi_in, now)
        if leg.current is not None:
            if event.reason == ike.DELETED:
                leg.who.need(DELETES_AT_ONCE)
            return []
        if not leg.rest(now):
            return []
        leg.who.need(IDLE)
        self.following.touched.append(leg)
        return [Fact(What.IDLE, leg.dial, str(leg.peer))]

    def _phase_closed(self, event: ike.Phase1Closed, now: float) -> None:
        phase = self.phases.pop(event.sa, None)
        if phase is None or phase.leg is None:
            return
        leg = phase.leg
        leg.phases.discard(event.sa)
        if not leg.phases:
            leg.wake(now)
            self.following.touched.append(leg)
        # With keys left it is alive: a machine that has the place of the dead one.
        if event.reason == DEAD and leg.current is None and leg not in self.dead:
            self.dead[leg] = DEAD

    def _drop_unproved(self, handle: int) -> None:
        phase = self.phases.get(handle)
        if phase is not None and not phase.client:
            del self.phases[handle]

    def _learn(self, event: ike.IkeEvent, handle: int, now: float) -> None:
        if isinstance(event, ike.PairConfirmed) and event.spi_in in self.by_spi:
            self.by_spi[event.spi_in][0].confirm(event.spi_in)
        phase = self.phases.get(handle)  # a pair may outlive the one that made it
        if phase is not None:
            self._learn_of(phase, event, now)

    def _learn_of(self, phase: Phase1, event: ike.IkeEvent, now: float) -> None:
        match event:
            case ike.Chosen(suite=suite):
                phase.suite = suite
            case ike.Floated(local=local, peer=peer):
                phase.local = local
                self.following.hear_ike(phase, peer, floated=True)
            case ike.Authenticated(credential=name, identity=identity, old_key=old):
                phase.client, phase.identity, phase.old_key = name, identity, old
                leg = self.legs.get((name, identity, phase.peer))
                self._join(leg, phase, event.sa)
                if leg is not None:
                    leg.who.renew(phase.who)
                    phase.who = leg.who
                    leg.began = phase.began
                    self.following.renewals.append((phase.dial, leg.dial))
                    phase.dial = leg.dial
            case ike.PeerMoved(peer=peer):
                self.following.hear_ike(phase, peer)
            case ike.PairReady():
                self._add_pair(event, phase, now)
            case ike.InitialContact():
                phase.contact = now
                self._join(phase.leg, phase, event.sa)

    def _join(self, leg: ClientLeg | None, phase: Phase1, handle: int) -> None:
        if phase.leg is not None:
            phase.leg.phases.discard(handle)
        phase.leg = leg
        if leg is not None:
            leg.phases.add(handle)
            if phase.contact is not None:
                leg.contact, phase.contact = (handle, phase.contact), None

    def _add_pair(self, event: ike.PairReady, phase: Phase1, now: float) -> None:
        leg = phase.leg
        if leg is None or leg.is_empty or leg.peer != event.peer:
            leg = self.legs.get((phase.client, phase.identity, event.peer))
        if leg is None:
            leg = self._new_leg(event, phase)
        for handle in leg.handles:
            self.ike.join(handle, event.sa)
        if phase.dial != leg.dial:
            self.following.renewals.append((phase.dial, leg.dial))
            phase.dial = leg.dial
        self._join(leg, phase, event.sa)
        self.legs[leg.key] = leg
        leg.old_key, leg.recorder = phase.old_key, self.recorder
        leg.local, leg.ike_suite, leg.natt = event.local, phase.suite, event.natt or "none"
        limit = None if event.life_kilobytes is None else life_bytes(event.life_kilobytes)
        suite, spi = event.suite, event.spi_in
        inbound = self.sas.add_inbound(spi, suite, event.keymat_in, now, life_bytes=limit)
        outbound = self.sas.add_outbound(
            spi, event.spi_out, suite, event.keymat_out, now, life_bytes=limit
        )
        pair = Pair(event.sa, suite, inbound, outbound, BY_MARKER[event.marker])
        pair.keymat_in, pair.keymat_out = event.keymat_in, event.keymat_out
        pair.until = now + event.life_seconds
        due = leg.expect_l2tp(now)
        if due is not None:
            self._quiet.append((due, leg))
        leg.add_pair(pair, event.client_port)
        self.following.touched.append(leg)
        self.by_spi[spi] = (leg, pair)
        self.following.crowd(leg)

    def _new_leg(self, event: ike.PairReady, phase: Phase1) -> ClientLeg:
        silence = float(self._watch.config.limits.hello_seconds)
        lns = Lns("postern", self._random, hello=silence, taken=self.taken_tunnels)
        own_port = OWN_PORT.get(BY_MARKER[event.marker], event.local.port)
        place = Place(event.peer, event.peer)
        if own_port != event.local.port:  # IKE has stayed on port 500, ESP comes to 4500
            place = Place(event.peer, Endpoint(event.peer.host, own_port), separate=True)
        name = phase.client, phase.identity
        leg = ClientLeg(phase.dial, phase.began, *name, event.local, place, lns)
        leg.who, leg.carried = phase.who, self.carried
        self.following.enter(leg)
        return leg

    def _packet(self, event: ike.Send, now: float) -> SendIp:
        """An IKE message on its way."""
        if self.recorder is not None:
            said = Datagram(event.source, event.target, event.message)
            self.recorder.ike(said, now, by_client=False)
        return ike_packet(event.source, event.target, event.message)
