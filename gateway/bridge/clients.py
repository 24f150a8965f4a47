"""Who is outside: IKE's phases, and the legs that their quick modes have given keys to.

Turns what IKE reports into legs, security associations and facts. A leg is found again by client
name and endpoint, so any number of phase 1 and 2 negotiations end on the same leg.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.bridge.classify import MARKER, PORT_NATT
from gateway.bridge.client_leg import ClientLeg, LegKey, Pair
from gateway.bridge.tell import tell_ike
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES
from gateway.ike import events as ike
from gateway.ike.machine import Ike
from gateway.l2tp.machine import Lns
from gateway.outputs import Output, SendIp
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp

KILOBYTE = 1000  # what Windows counts as one in a volume lifetime: the sooner limit of the two
DEAD = "the client no longer answers"


@dataclass(slots=True)
class Phase1:
    """What is known of one phase 1; `dial` numbers the account it belongs to."""

    dial: int
    peer: Endpoint
    local: Endpoint
    client: str = ""
    identity: str = ""
    suite: str = ""
    natt: str = ""


class Clients:
    """All legs, by endpoint and by SPI, and the IKE machine that gives them keys."""

    def __init__(
        self, machine: Ike, random: Callable[[int], bytes], next_dial: Callable[[], int]
    ) -> None:
        self.ike = machine
        self.phases: dict[int, Phase1] = {}  # by IKE's handle
        self.legs: dict[LegKey, ClientLeg] = {}
        self.by_spi: dict[int, tuple[ClientLeg, Pair]] = {}
        self.scheduled: float | None = None  # for Timers: IKE's own
        self._random = random
        self._next_dial = next_dial

    def receive(self, datagram: Datagram, now: float) -> list[Output]:
        """An IKE message, markers off."""
        return self.carry(self.ike.receive(datagram, now), now)

    def deadline(self) -> float | None:
        return self.ike.deadline()

    def handle_timeout(self, now: float) -> list[Output]:
        return self.carry(self.ike.handle_timeout(now), now)

    def close_all(self, now: float) -> list[Output]:
        """Tell every client that its security associations end."""
        found: list[Output] = []
        for handle in list(self.phases):
            found += self.carry(self.ike.close(handle, now), now)
        return found

    def move(self, leg: ClientLeg, peer: Endpoint) -> None:
        """An authenticated packet, newest of all, came from elsewhere: answer there from now on."""
        self.legs.pop(leg.key, None)
        leg.peer = peer
        self.legs[leg.key] = leg
        for handle in {pair.ike_sa for pair in leg.pairs.values()}:
            phase = self.phases.get(handle)
            if phase is not None:
                phase.peer = peer
                self.ike.move(handle, peer)

    def forget(self, leg: ClientLeg) -> None:
        """The leg has neither calls nor keys."""
        if self.legs.get(leg.key) is leg:
            del self.legs[leg.key]

    def carry(self, events: list[ike.IkeEvent], now: float) -> list[Output]:
        """What IKE wants sent, and what its events mean for the legs."""
        found: list[Output] = []
        for event in events:
            if isinstance(event, ike.Send):
                found.append(_packet(event))
                continue
            if isinstance(event, ike.Started):
                phase = Phase1(self._next_dial(), event.peer, event.local)
                self.phases[event.sa] = phase
            self._learn(event, now)
            found += tell_ike(event, self.phases.get(event.sa))
            if isinstance(event, ike.Phase1Closed):
                self.phases.pop(event.sa, None)
            elif isinstance(event, ike.Refused):
                self._drop_unproved(event.sa)
        return found

    def _drop_unproved(self, handle: int) -> None:
        phase = self.phases.get(handle)
        if phase is not None and not phase.client:
            del self.phases[handle]

    def _learn(self, event: ike.IkeEvent, now: float) -> None:
        phase = self.phases.get(event.sa)
        if phase is None:
            return
        match event:
            case ike.Chosen(suite=suite, natt=natt):
                phase.suite, phase.natt = suite, natt or ""
            case ike.Floated(local=local, peer=peer):
                phase.local, phase.peer = local, peer
            case ike.Authenticated(credential=name, identity=identity):
                phase.client, phase.identity = name, identity
            case ike.PeerMoved(peer=peer):
                self._phase_moved(phase, peer)
            case ike.PairReady():
                self._add_pair(event, phase)
            case ike.PairConfirmed(spi_in=spi) if spi in self.by_spi:
                self.by_spi[spi][0].confirm(spi)
            case ike.PairClosed(spi_in=spi) if spi in self.by_spi:
                self.by_spi[spi][0].close_pair(spi, now)

    def _phase_moved(self, phase: Phase1, peer: Endpoint) -> None:
        leg = self.legs.get((phase.client, phase.peer))
        phase.peer = peer
        if leg is not None:
            self.move(leg, peer)

    def _add_pair(self, event: ike.PairReady, phase: Phase1) -> None:
        key = (phase.client, event.peer)
        leg = self.legs.get(key)
        if leg is None:
            lns = Lns("postern", self._random)
            leg = ClientLeg(phase.dial, phase.client, event.local, event.peer, lns)
            self.legs[key] = leg
        leg.local = event.local
        leg.identity, leg.ike_suite, leg.natt = phase.identity, phase.suite, phase.natt
        suite = SUITES[event.suite]
        limit = None if event.life_kilobytes is None else event.life_kilobytes * KILOBYTE
        pair = Pair(
            event.sa,
            event.suite,
            Inbound(event.spi_in, suite, event.keymat_in, limit),
            Outbound(event.spi_out, suite, event.keymat_out, self._random, limit),
        )
        leg.add_pair(pair, event.client_port)
        self.by_spi[event.spi_in] = (leg, pair)


def _packet(event: ike.Send) -> SendIp:
    """An IKE message on its way, behind the marker where port 4500 asks for it."""
    marker = MARKER if event.source.port == PORT_NATT else b""
    segment = build_checked_udp(event.source, event.target, marker + event.message)
    return SendIp(build_ipv4(event.source.host, event.target.host, PROTOCOL_UDP, segment))
