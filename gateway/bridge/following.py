"""Following clients from place to place, and finding out which legs are one client's.

Only what is authentic and newest gets here. Whose legs these are is told in `kin.py`.
"""

from collections.abc import Iterable, Mapping

from gateway.bridge.client_leg import ClientLeg, LegKey, Pair
from gateway.bridge.kin import elder_meant, link, take_over, unlink
from gateway.bridge.phases import Phase1
from gateway.bridge.place import Place
from gateway.ike.machine import Ike
from gateway.l2tp.header import asks_for_tunnel
from gateway.outputs import Fact, Output, What
from gateway.wire.udp import Endpoint

Machine = tuple[str, str]


class Following:
    """The part of `Clients` that changes places; it shares the tables."""

    def __init__(
        self,
        machine: Ike,
        phases: dict[int, Phase1],
        legs: dict[LegKey, ClientLeg],
        by_spi: dict[int, tuple[ClientLeg, Pair]],
    ) -> None:
        self.renewals: list[tuple[int, int]] = []  # dials that were a known one's after all
        self.touched: list[ClientLeg] = []  # whose keys are others, and so perhaps its deadline
        self._ike = machine
        self._phases = phases
        self._legs = legs
        self._by_spi = by_spi
        self._alike: dict[Machine, dict[ClientLeg, None]] = {}  # by name and identity

    def enter(self, leg: ClientLeg) -> None:
        """A new one, which may be the continuation of others of the same name and identity."""
        alike = self._alike.setdefault(leg.machine, {})
        link(leg, alike)
        alike[leg] = None

    def take_up(self, leg: ClientLeg) -> None:
        """One of an earlier process: whose continuation it is has been told there."""
        self._legs[leg.key] = leg
        self._alike.setdefault(leg.machine, {})[leg] = None

    def forget(self, leg: ClientLeg) -> None:
        """Nothing is left of it."""
        self.leave_place(leg)
        unlink(leg)
        self._part(leg)

    def rename(self, names: Mapping[str, str], living: Iterable[ClientLeg]) -> None:
        """Old name -> new one of clients that are the same machines still."""
        for leg in living:
            self.leave_place(leg)
            self._part(leg)
            leg.client = names.get(leg.client, leg.client)
            self._alike.setdefault(leg.machine, {})[leg] = None
            if not leg.is_empty:
                self._legs[leg.key] = leg

    def take_touched(self, now: float) -> list[ClientLeg]:
        """The legs whose deadlines may be others; those that have keys are idle no more."""
        touched = self.touched[:]
        self.touched.clear()
        for leg in touched:
            if leg.current is not None:
                leg.wake(now)
        return touched

    def hear_esp(self, leg: ClientLeg, there: Endpoint) -> list[Output]:
        """An authenticated packet, newest of all, came from there: answer there from now on."""
        return self.relocate(leg, leg.place.hear_esp(there))

    def hear_ike(self, phase: Phase1, there: Endpoint, floated: bool = False) -> None:
        """A message of a phase 1 came from there; IKE's own event tells of it."""
        phase.peer = there
        if phase.leg is not None:
            place = phase.leg.place
            self.relocate(
                phase.leg, place.hear_floated(there) if floated else place.hear_ike(there)
            )

    def whose(self, leg: ClientLeg, message: bytes, now: float) -> tuple[ClientLeg, list[Output]]:
        """A leg with elders has had an L2TP message: the leg that it is for, and what follows."""
        elder = elder_meant(leg, message)
        if elder is not None:
            self._absorb(elder, leg)
            return elder, self.relocate(elder, leg.place)
        if asks_for_tunnel(message):
            for old in leg.elders:  # it has crashed, or is another machine: it will answer or go
                old.lns.ask(now)
                for handle in old.handles:
                    self._ike.ask(handle, now)
            unlink(leg)
        return leg, []

    def relocate(self, leg: ClientLeg, place: Place) -> list[Output]:
        """The leg is in that place from now on."""
        was = leg.place
        if place == was:
            return []
        self.leave_place(leg)
        leg.place, leg.way = place, b""
        if not leg.is_empty:  # or it was forgotten before
            self._take_place(leg)
        for handle in leg.handles:
            self._ike.move(handle, place.ike, place.esp if place.apart else None)
            phase = self._phases.get(handle)
            if phase is not None:
                phase.peer = place.ike
        if place.ike != was.ike:
            return [Fact(What.PEER_MOVED, leg.dial, str(was.ike), {"to": str(place.ike)})]
        if place.esp != was.esp:
            return [Fact(What.PEER_MOVED, leg.dial, str(was.ike), {"esp": str(place.esp)})]
        return []

    def leave_place(self, leg: ClientLeg) -> None:
        """Out of the legs, unless another one of the name has come to its endpoint meanwhile."""
        if self._legs.get(leg.key) is leg:
            del self._legs[leg.key]

    def _take_place(self, leg: ClientLeg) -> None:
        """Who is of the same name and identity, in that place, and has no tunnel, is the same
        client, come there by a new phase 1."""
        other = self._legs.get(leg.key)
        if other is not None and other is not leg and other.lns.idle:
            self._absorb(leg, other)
        self._legs[leg.key] = leg

    def _part(self, leg: ClientLeg) -> None:
        alike = self._alike.get(leg.machine, {})
        alike.pop(leg, None)
        if not alike:
            self._alike.pop(leg.machine, None)

    def _absorb(self, leg: ClientLeg, other: ClientLeg) -> None:
        """They are one client's."""
        self.leave_place(other)
        self._part(other)
        for spi, pair in other.pairs.items():
            self._by_spi[spi] = leg, pair
        for handle in other.handles:
            for own in leg.handles:
                self._ike.join(own, handle)
            phase = self._phases.get(handle)
            if phase is not None:
                phase.leg, phase.dial, phase.who = leg, leg.dial, leg.who
        self.touched.append(leg)
        self.renewals.append((other.dial, leg.dial))
        take_over(leg, other)
