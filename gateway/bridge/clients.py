"""Who is outside: IKE's phases, and the legs that their quick modes have given keys to.

Turns what IKE reports into legs, security associations and facts. A leg is found again by client
name and endpoint, so any number of phase 1 and 2 negotiations end on the same leg.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.bridge.budget import Budget
from gateway.bridge.classify import MARKER, PORT_NATT
from gateway.bridge.client_leg import BY_MARKER, OWN_PORT, ClientLeg, LegKey, Pair
from gateway.bridge.kin import elder_meant, link, take_over, unlink
from gateway.bridge.place import Place
from gateway.bridge.tell import tell_ike
from gateway.esp import events as esp
from gateway.esp.errors import Drop
from gateway.esp.machine import SaTable
from gateway.esp.quirks import life_bytes
from gateway.ike import events as ike
from gateway.ike.machine import Ike
from gateway.l2tp.header import asks_for_tunnel
from gateway.l2tp.machine import Lns
from gateway.outputs import Fact, Output, SendIp, What
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp

DEAD = "the client no longer answers"
# Dials of strangers that are told: a site that dials at once after a power cut, and no flood.
TOLD_AT_ONCE, TOLD_PER_SECOND = 128, 2.0


@dataclass(slots=True)
class Phase1:
    """What is known of one phase 1; `dial` numbers the account it belongs to."""

    dial: int
    began: float  # seconds on the caller's clock
    peer: Endpoint
    local: Endpoint
    quiet: bool = False  # one of a flood: nothing is told before it has proved its key
    client: str = ""
    identity: str = ""
    suite: str = ""
    leg: ClientLeg | None = None  # of whoever proved to have the key
    contact: float | None = None  # when it said INITIAL-CONTACT, until a leg knows of it


class Clients:
    """All legs, by endpoint and by SPI, and the IKE machine that gives them keys."""

    def __init__(
        self,
        machine: Ike,
        random: Callable[[int], bytes],
        next_dial: Callable[[], int],
        hello: float,
        most: int,
    ) -> None:
        """`hello`: seconds of silence after which L2TP asks whether a client lives; `most`: phase 1
        that may stand at a time, above which those that carry no tunnel give way."""
        self.hello = hello
        self.most = most
        self.ike = machine
        self.phases: dict[int, Phase1] = {}  # by IKE's handle
        self.legs: dict[LegKey, ClientLeg] = {}
        self.sas = SaTable(random)
        self.by_spi: dict[int, tuple[ClientLeg, Pair]] = {}  # our SPI
        self.dead: list[ClientLeg] = []  # to be ended by whoever asked
        self.renewals: list[tuple[int, int]] = []  # dials that were a known one's after all
        self.scheduled: float | None = None  # for Timers: IKE's own and the SA table's
        self.untold = 0  # dials of strangers, and refusals without a dial, that were not told
        self._budget = Budget(TOLD_AT_ONCE, TOLD_PER_SECOND)
        self._random = random
        self._next_dial = next_dial

    def receive(self, datagram: Datagram, now: float) -> list[Output]:
        """An IKE message, markers off."""
        return self.carry(self.ike.receive(datagram, now), now)

    def counters(self) -> dict[str, int]:
        """What was counted since the start, by room and reason."""
        found = {f"ike_{name}": count for name, count in self.ike.counters.items()}
        found["ike_strangers_untold"] = self.untold
        return found | {f"esp_{reason.name.lower()}": self.sas.drops[reason] for reason in Drop}

    def deadline(self) -> float | None:
        times = (self.ike.deadline(), self.sas.deadline())
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[Output]:
        found = self.carry(self.ike.handle_timeout(now), now)
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

    def hear_esp(self, leg: ClientLeg, there: Endpoint) -> list[Output]:
        """An authenticated packet, newest of all, came from there: answer there from now on."""
        return self._relocate(leg, leg.place.hear_esp(there))

    def whose(self, leg: ClientLeg, message: bytes, now: float) -> tuple[ClientLeg, list[Output]]:
        """A leg with elders has had an L2TP message: the leg that it is for, and what follows."""
        elder = elder_meant(leg, message)
        if elder is not None:
            self._absorb(elder, leg)
            return elder, self._relocate(elder, leg.place)
        if asks_for_tunnel(message):
            for old in leg.elders:  # it has crashed, or is another machine: it will answer or go
                old.lns.ask(now)
                for handle in old.handles:
                    self.ike.ask(handle, now)
            unlink(leg)
        return leg, []

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

    def _relocate(self, leg: ClientLeg, place: Place) -> list[Output]:
        was = leg.place
        if place == was:
            return []
        self._leave_place(leg)
        leg.place, leg.way = place, b""
        if not leg.is_empty:  # or it was forgotten before
            self._take_place(leg)
        for handle in leg.handles:
            self.ike.move(handle, place.ike, place.esp if place.apart else None)
            phase = self.phases.get(handle)
            if phase is not None:
                phase.peer = place.ike
        if place.ike != was.ike:
            return [Fact(What.PEER_MOVED, leg.dial, str(was.ike), {"to": str(place.ike)})]
        if place.esp != was.esp:
            return [Fact(What.PEER_MOVED, leg.dial, str(was.ike), {"esp": str(place.esp)})]
        return []

    def living(self) -> list[ClientLeg]:
        """Every leg, with those whose place in `legs` another has taken."""
        return list(dict.fromkeys([*self.legs.values(), *(leg for leg, _ in self.by_spi.values())]))

    def tidy(self, leg: ClientLeg) -> None:
        """Forget the leg if it has neither keys nor a tunnel left."""
        if leg.is_empty:
            self._leave_place(leg)
            unlink(leg)

    def _take_place(self, leg: ClientLeg) -> None:
        """Into `legs`. Who is of the same name and identity, in that place, and has no tunnel, is
        the same client, come there by a new phase 1."""
        other = self.legs.get(leg.key)
        if other is not None and other is not leg and other.lns.idle:
            self._absorb(leg, other)
        self.legs[leg.key] = leg

    def _absorb(self, leg: ClientLeg, other: ClientLeg) -> None:
        """They are one client's."""
        self._leave_place(other)
        for spi, pair in other.pairs.items():
            self.by_spi[spi] = leg, pair
        for handle in other.handles:
            for own in leg.handles:
                self.ike.join(own, handle)
            phase = self.phases.get(handle)
            if phase is not None:
                phase.leg, phase.dial = leg, leg.dial
        self.renewals.append((other.dial, leg.dial))
        take_over(leg, other)

    def _leave_place(self, leg: ClientLeg) -> None:
        """Out of `legs`, unless another one of the name has come to its endpoint meanwhile."""
        if self.legs.get(leg.key) is leg:
            del self.legs[leg.key]

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
                found.append(_packet(event))
                continue
            if isinstance(event, ike.Started):
                quiet = self._is_too_much(now)
                phase = Phase1(self._next_dial(), now, event.peer, event.local, quiet)
                self.phases[event.sa] = phase
            self._learn(event, event.sa, now)
            found += self._tell(event, event.sa, now)
            if isinstance(event, ike.Authenticated):
                found += self._make_room(event, now)
            elif isinstance(event, ike.Phase1Closed):
                self._phase_closed(event)
            elif isinstance(event, ike.Refused):
                self._drop_unproved(event.sa)
        return found

    def _make_room(self, newest: ike.Authenticated, now: float) -> list[Output]:
        """Who has a key can dial without end; the oldest without a tunnel goes, its own first."""
        proved = {handle: phase for handle, phase in self.phases.items() if phase.client}
        if len(proved) <= self.most:
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

    def _is_too_much(self, now: float) -> bool:
        """Whether one more stranger is more than a person wants to hear of."""
        if self._budget.take(now):
            return False
        self.untold += 1
        return True

    def _phase_closed(self, event: ike.Phase1Closed) -> None:
        phase = self.phases.pop(event.sa, None)
        if phase is None or phase.leg is None:
            return
        leg = phase.leg
        leg.phases.discard(event.sa)
        # With keys left it is alive: a machine that has the place of the dead one.
        if event.reason == DEAD and leg.current is None and leg not in self.dead:
            self.dead.append(leg)

    def _drop_unproved(self, handle: int) -> None:
        phase = self.phases.get(handle)
        if phase is not None and not phase.client:
            del self.phases[handle]

    def _learn(self, event: ike.IkeEvent, handle: int, now: float) -> None:
        match event:
            case ike.PairConfirmed(spi_in=spi) if spi in self.by_spi:
                self.by_spi[spi][0].confirm(spi)
            case ike.PairClosed(spi_in=spi) if spi in self.by_spi:
                self.by_spi[spi][0].retire_pair(spi)
                self.sas.retire(spi, now)
        phase = self.phases.get(handle)  # a pair may outlive the one that made it
        if phase is not None:
            self._learn_of(phase, event, now)

    def _learn_of(self, phase: Phase1, event: ike.IkeEvent, now: float) -> None:
        match event:
            case ike.Chosen(suite=suite):
                phase.suite = suite
            case ike.Floated(local=local, peer=peer):
                phase.local, phase.peer = local, peer
                if phase.leg is not None:
                    self._relocate(phase.leg, phase.leg.place.hear_floated(peer))
            case ike.Authenticated(credential=name, identity=identity):
                phase.client, phase.identity = name, identity
                leg = self.legs.get((name, identity, phase.peer))
                self._join(leg, phase, event.sa)
                if leg is not None:
                    leg.began = phase.began
                    self.renewals.append((phase.dial, leg.dial))
                    phase.dial = leg.dial
            case ike.PeerMoved(peer=peer):
                phase.peer = peer
                if phase.leg is not None:
                    self._relocate(phase.leg, phase.leg.place.hear_ike(peer))
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
            self.renewals.append((phase.dial, leg.dial))
            phase.dial = leg.dial
        self._join(leg, phase, event.sa)
        self.legs[leg.key] = leg
        leg.local, leg.ike_suite, leg.natt = event.local, phase.suite, event.natt or "none"
        limit = None if event.life_kilobytes is None else life_bytes(event.life_kilobytes)
        suite, spi = event.suite, event.spi_in
        inbound = self.sas.add_inbound(spi, suite, event.keymat_in, now, life_bytes=limit)
        outbound = self.sas.add_outbound(
            spi, event.spi_out, suite, event.keymat_out, now, life_bytes=limit
        )
        pair = Pair(event.sa, suite, inbound, outbound, BY_MARKER[event.marker])
        leg.add_pair(pair, event.client_port)
        self.by_spi[spi] = (leg, pair)

    def _new_leg(self, event: ike.PairReady, phase: Phase1) -> ClientLeg:
        lns = Lns("postern", self._random, hello=self.hello)
        own_port = OWN_PORT.get(BY_MARKER[event.marker], event.local.port)
        place = Place(event.peer, event.peer)
        if own_port != event.local.port:  # IKE has stayed on port 500, ESP comes to 4500
            place = Place(event.peer, Endpoint(event.peer.host, own_port), separate=True)
        who = phase.client, phase.identity
        leg = ClientLeg(phase.dial, phase.began, *who, event.local, place, lns)
        link(leg, self.living())
        return leg


def _packet(event: ike.Send) -> SendIp:
    """An IKE message on its way, behind the marker where port 4500 asks for it."""
    marker = MARKER if event.source.port == PORT_NATT else b""
    segment = build_checked_udp(event.source, event.target, marker + event.message)
    return SendIp(build_ipv4(event.source.host, event.target.host, PROTOCOL_UDP, segment))
