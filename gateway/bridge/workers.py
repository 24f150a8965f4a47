"""What workers tell of what they carry, and what is to be done when one is dead.

What a worker and the kernel tell alike is in `kernel.py`. A worker counts in words, so what it had
is begun anew by the next one from there: no number is sent twice, and none is heard twice.
"""

from typing import TYPE_CHECKING, Final
from zlib import crc32

from gateway.bridge.carrier import Carrier
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.clients import Clients
from gateway.bridge.pptp_leg import PptpLeg, Worked
from gateway.bridge.tracks import CallTrack, LegTrack
from gateway.esp.errors import Drop
from gateway.esp.sa import Half
from gateway.outputs import Fact, Output, What
from gateway.paths import (
    SHARDS,
    Abilities,
    Again,
    CallCounted,
    Dropped,
    Moved,
    PathEvent,
    SaCounted,
    Spoke,
    WorkerLost,
    WorkersLost,
)
from gateway.wire.udp import Endpoint

if TYPE_CHECKING:
    from gateway.bridge.kernel import Kernel

SHIELD: Final = "shield_"


class Workers:
    """One for the gateway, beside its `Kernel`."""

    def __init__(self, carrier: Carrier, clients: Clients, kernel: "Kernel") -> None:
        self._carrier, self._clients, self._kernel = carrier, clients, kernel
        clients.ike.sas.low_bits = self._low_bits

    def receive_esp(self, leg: ClientLeg, pair: Pair, packet: bytes, fits: bool) -> list[Output]:
        """A packet that a worker has handed on, of an SA that it has, or has had until now.

        Until that has said how far it has counted, nobody can tell whether it is new.
        """
        track = leg.track
        if not fits:
            leg.drops.count("encapsulation")
            return []
        if isinstance(track, LegTrack) and track.asked is not None:
            return [Again(pair.inbound.spi, packet)]
        leg.drops.count("handover")
        return []

    def receive(self, event: PathEvent, now: float) -> list[Output]:
        match event:
            case Moved(number, spi, there):
                return self._moved(number, spi, there)
            case Spoke(number, host):
                call = self._carrier.calls.get(number)
                if call is not None and isinstance(call.inside, PptpLeg):
                    call.inside.speaker = host
                    call.changed()
            case Dropped(number, reason):
                track = self._carrier.legs.get(number)
                if track is not None:
                    track.leg.drops.count(reason)
            case WorkerLost(worker):
                return self._lost(worker, now)
            case WorkersLost(reason):
                return self._all_lost(reason, now)
        return []

    def _low_bits(self, sa: int) -> int | None:
        """Of the SPI for a quick mode of that phase 1: by these the kernel finds the worker.

        All keys of a leg are one worker's; and so are those of legs that may turn out to be one
        client's, for these have one name and identity.
        """
        workers, phase = self._carrier.abilities.workers, self._clients.phases.get(sa)
        if not workers or phase is None:
            return None
        if phase.leg is not None and phase.leg.pairs:
            return next(iter(phase.leg.pairs)) % SHARDS
        return 1 + crc32(f"{phase.client} {phase.identity}".encode()) % workers

    def _moved(self, number: int, spi: int, there: Endpoint) -> list[Output]:
        """An authentic packet, the newest of its SA, as `Gateway` would have seen it come."""
        track = self._carrier.legs.get(number)
        pair = None if track is None else track.pairs.get((spi, True))
        if track is None or pair is None or pair.retired or track.leg.track is not track:
            return []
        if not there.port:
            there = Endpoint(there.host, track.leg.place.esp.port)
        track.changed()
        return self._clients.following.hear_esp(track.leg, there)

    def _lost(self, worker: int, now: float) -> list[Output]:
        """The next one is to carry what this one had."""
        what = f"worker {worker} has died, and another goes on with its sessions"
        found: list[Output] = [Fact(What.TROUBLE, details={"what": what})]
        for key, call in self._calls(worker):
            if call.living:
                call.asked, call.counted, call.dropped = None, (0, 0, 0, 0), {}
                call.changed()
            elif call.asked is not None or call.over is not None:
                found += self._kernel.call_counted(_last(key, call), now)
        for track in self._legs(worker):
            found += self._take_back(track, now)
            track.asked = None
            track.changed()
            if track.leg.track is not track:  # it was on its way back
                self._carrier.forget(track)
        return found

    def _all_lost(self, reason: str, now: float) -> list[Output]:
        """All is carried here from now on."""
        self._carrier.abilities = Abilities(lacks=reason)
        what = f"{reason}: the daemon carries alone until it is restarted"
        found: list[Output] = [Fact(What.TROUBLE, details={"what": what})]
        for track in list(self._carrier.legs.values()):
            found += self._take_back(track, now)
            self._carrier.lose(track, reason)
        for key, call in list(self._carrier.calls.items()):
            if not call.living:
                found += self._kernel.call_counted(_last(key, call), now)
                continue
            self._carrier.calls.pop(key)
            call.key, call.asked, call.why = 0, None, reason
            if isinstance(call.inside, PptpLeg):
                call.inside.take_over()
            call.changed()
        return found

    def _calls(self, worker: int) -> list[tuple[int, CallTrack]]:
        return [
            (key, call)
            for key, call in self._carrier.calls.items()
            if isinstance(call.inside, PptpLeg)
            and self._carrier.worker_of(call.inside.call_id) == worker
        ]

    def _legs(self, worker: int) -> list[LegTrack]:
        return [
            track
            for track in self._carrier.legs.values()
            if any(
                self._carrier.worker_of(pair.inbound.spi) == worker for pair in track.pairs.values()
            )
        ]

    def _take_back(self, track: LegTrack, now: float) -> list[Output]:
        """Nobody counts for these pairs any more; the words say how far it was."""
        found: list[Output] = []
        for (spi, inbound), pair in list(track.pairs.items()):
            half = pair.inbound if inbound else pair.outbound
            counted = track.counted.get((spi, inbound), (0, 0, 0, 0))
            event = SaCounted(
                track.number, spi, inbound, *counted[:2], half.word[0], *counted[2:], last=True
            )
            found += self._kernel.counted(event, now)
        track.dropped.clear()
        return found


def note_others(track: LegTrack, half: Half, event: SaCounted) -> None:
    """What a worker has dropped for reasons that the kernel does not know."""
    key = event.spi, event.inbound
    before = track.dropped.get(key, (0,) * len(event.others))
    for reason, (new, old) in enumerate(zip(event.others, before, strict=True)):
        if reason not in (Drop.REPLAY, Drop.AUTH):
            half.drops[reason] += max(0, new - old)
    track.dropped[key] = event.others
    if event.last:
        del track.dropped[key]


def note_dropped(track: CallTrack, drops: tuple[tuple[str, int], ...]) -> None:
    """The same of a call: by its shield, and by its GRE."""
    more = {name: count - track.dropped.get(name, 0) for name, count in drops}
    track.dropped = dict(drops)
    shielded = {name: count for name, count in more.items() if name.startswith(SHIELD)}
    track.session.crossing.note_dropped(shielded)
    gre = track.inside.gre if isinstance(track.inside, PptpLeg) else None
    if isinstance(gre, Worked):
        for name in more.keys() - shielded.keys():
            gre.dropped[name] = gre.dropped.get(name, 0) + more[name]


def _last(key: int, call: CallTrack) -> CallCounted:
    """Nothing more will come of it."""
    return CallCounted(key, *call.counted, last=True, drops=tuple(call.dropped.items()))
