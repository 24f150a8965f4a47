"""Trunks that the kernel carries: the ways to native servers, which many calls may share.

A trunk goes over to the kernel with its first call that is joined, and stays there until it ends.
Its IKE, and the control messages of its L2TP, remain here.
"""

from collections.abc import Callable, Iterable

from gateway.bridge.client_leg import Pair
from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.paths import hand_over, trunk_path, why_not_pairs
from gateway.bridge.tracks import CallTrack, Changes, LegTrack, TrunkTrack
from gateway.bridge.trunk import Trunk
from gateway.bridge.trunks import SOFT_SHARE
from gateway.esp.numbers import LAST_SEQUENCE
from gateway.outputs import Output
from gateway.paths import Abilities, SetLeg

LOST_MOST = 1 << 20  # numbers an SA may have sent since it was counted, when nobody can be asked


class CarrierTrunks:
    """By number."""

    def __init__(
        self,
        changes: Changes,
        tunnels: dict[int, LegTrack | TrunkTrack],
        calls: dict[int, CallTrack],
        next_place: Callable[[], tuple[int, bytes] | None],
    ) -> None:
        """`tunnels` are those of the kernel, by our number, `calls` all that it has to do with;
        `next_place` gives a free number, and its virtual address."""
        self.tracks: dict[int, TrunkTrack] = {}  # also those that are leaving
        self._changes, self._tunnels, self._calls = changes, tunnels, calls
        self._next_place = next_place

    def changed(self, trunk: Trunk) -> None:
        """Its keys are others: so may be who can carry its calls."""
        if trunk.track is not None:
            trunk.track.changed()
            return
        for call in self._calls_of(trunk):
            call.changed()

    def why_not(self, inside: InsideLeg, abilities: Abilities) -> str:
        """Why the kernel cannot have a call's end inside; nothing if it can."""
        if not isinstance(inside, L2tpLeg):
            return ""
        trunk = inside.trunk
        holder = self._tunnels.get(trunk.lac.tunnel)
        if holder is not None and holder is not trunk.track:
            return "a client's tunnel has the same number as the one to the server"
        if trunk.lac.is_numbered(inside.call_id):
            return "the server numbers its frames"
        return trunk.why_user or why_not_pairs(trunk.keys.pairs.values(), abilities)

    def begin(self, inside: InsideLeg) -> bool:
        """The trunk of this call, if it has one, is the kernel's from now on; false if there is no
        place for it."""
        if not isinstance(inside, L2tpLeg) or inside.trunk.track is not None:
            return True
        place, trunk = self._next_place(), inside.trunk
        if place is None:
            return False
        track = TrunkTrack(*place, trunk, self._changes)
        self.tracks[track.number] = self._tunnels[trunk.lac.tunnel] = trunk.track = track
        track.changed()
        return True

    def set(self, tracks: Iterable[TrunkTrack], now: float) -> list[Output]:
        """Ask for what is wanted of each."""
        found: list[Output] = []
        for track in tracks:
            if track.trunk.track is track:
                found += self._set(track, now) if track.trunk.keys.pairs else self._leave(track)
        return found

    def lose(self, track: TrunkTrack, why: str) -> None:
        """The kernel has nothing of it any more, and will not have.

        How far its SAs had come was counted some seconds ago: what we send is ahead of that.
        """
        track.trunk.why_user = why
        for pair in track.trunk.keys.pairs.values():
            if pair.held_by == track.number:
                _take_back(pair)
        track.pairs.clear()
        self._leave(track)
        self.tracks.pop(track.number, None)

    def forget(self, track: TrunkTrack) -> None:
        """Its last SA has been counted: the number is free."""
        if track.asked is None and not track.pairs:
            self.tracks.pop(track.number, None)

    def _set(self, track: TrunkTrack, now: float) -> list[Output]:
        keys = track.trunk.keys
        for spi, pair in keys.pairs.items():
            if spi not in track.handovers:
                track.handovers[spi] = hand_over(pair, now, SOFT_SHARE)
                track.pairs[spi, True] = pair
                pair.held_by = track.number
        if keys.current is not None:
            track.pairs[keys.current.outbound.spi, False] = keys.current
        path = trunk_path(track.trunk, track.virtual, track.handovers)
        if path == track.asked:
            return []
        track.asked = path
        return [SetLeg(track.number, path)]

    def _leave(self, track: TrunkTrack) -> list[Output]:
        """The kernel is to have nothing of it; calls that are still on it wait for keys, or go on
        by hand."""
        trunk = track.trunk
        trunk.track = None
        self._tunnels.pop(trunk.lac.tunnel, None)
        for call in self._calls_of(trunk):
            if call.joined:
                call.part(trunk.why_user)
        found: list[Output] = [SetLeg(track.number, None)] if track.asked else []
        track.asked = None
        self.forget(track)
        return found

    def _calls_of(self, trunk: Trunk) -> list[CallTrack]:
        return [
            call
            for call in self._calls.values()
            if isinstance(call.inside, L2tpLeg) and call.inside.trunk is trunk
        ]


def _take_back(pair: Pair) -> None:
    pair.held_by = 0
    pair.outbound.resume(min(pair.outbound.sequence + LOST_MOST, LAST_SEQUENCE))
    pair.inbound.resume(pair.inbound.sequence)
