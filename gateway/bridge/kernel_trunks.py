"""What the kernel tells of trunks that it carries, as what user space would have seen of them.

As `kernel.py` does it for clients: counters go to the halves of each pair, and limits with them.
"""

from collections.abc import Sequence
from typing import Final

from gateway.bridge.carrier_trunks import CarrierTrunks
from gateway.bridge.classify import Kind, classify
from gateway.bridge.client_leg import Pair
from gateway.bridge.kernel import charge
from gateway.bridge.paths import next_soft
from gateway.bridge.tracks import TrunkTrack, take_half_back
from gateway.bridge.trunk import Item, Trunk
from gateway.bridge.trunks import SOFT_SHARE, WAY, Received, Trunks
from gateway.outputs import SendIp
from gateway.paths import L2tpHeard, LegRefused, PathEvent, SaCounted, SaExpired
from gateway.wire.ipv4 import PROTOCOL_ESP, build_ipv4

CONTROL: Final = 0x80  # the bit of L2TP's control messages, in the first byte


class KernelTrunks:
    """Events by the number of a trunk, and packets that the kernel should have had."""

    def __init__(self, carried: CarrierTrunks, trunks: Trunks) -> None:
        self._carried, self._trunks = carried, trunks

    def receive_esp(self, packet: bytes, now: float) -> Received | None:
        """A packet from the queue of what comes from inside; None if its SA is not the kernel's.

        It was under way when the kernel took over, and is put to it once more.
        """
        if not self._carried.tracks:
            return None
        kind, start, end = classify(packet)
        found = None
        if kind is Kind.ESP:
            found = self._trunks.ring.by_spi.get(int.from_bytes(packet[start : start + 4], "big"))
        track = None if found is None else self._carried.tracks.get(found[1].held_by)
        if found is None or track is None:
            return None
        trunk, _ = found
        if packet[WAY] != trunk.server.host + trunk.local:
            self._trunks.drops.count("other_server")
            return trunk, [], None, b""
        again = build_ipv4(track.virtual, trunk.local, PROTOCOL_ESP, packet[start:end])
        return trunk, [SendIp(again)], None, b""

    def receive(self, event: PathEvent, now: float) -> Received | None:
        """None if it is of no trunk."""
        if not isinstance(event, L2tpHeard | SaCounted | SaExpired | LegRefused):
            return None
        track = self._carried.tracks.get(event.leg)
        if track is None:
            return None
        match event:
            case L2tpHeard(message=message):
                return self._message(track.trunk, message, now)
            case SaCounted():
                items = self._counted(track, event, now)
            case SaExpired():
                items = self._expired(track, event, now)
            case LegRefused(reason=reason):
                self._carried.lose(track, reason)
                items = []
        return track.trunk, items, None, b""

    def _message(self, trunk: Trunk, message: bytes, now: float) -> Received:
        """A control message, or a frame of a call that is not joined."""
        if message[:1] and message[0] & CONTROL:
            return trunk, trunk.receive_l2tp(message, trunk.server_port, now), None, b""
        return self._trunks.receive_data(trunk, message, ())

    def _counted(self, track: TrunkTrack, event: SaCounted, now: float) -> Sequence[Item]:
        """What an SA has done since it was last asked."""
        pair = track.pairs.get((event.spi, event.inbound))
        if pair is None:
            return []
        half = pair.inbound if event.inbound else pair.outbound
        passed = charge(track.counted, half, event)
        found = self._heard(track, pair, now) if event.inbound and passed else []
        if event.last:
            self._gone(track, pair, event)
        return found

    def _heard(self, track: TrunkTrack, pair: Pair, now: float) -> Sequence[Item]:
        first, pair.inbound.heard_at = pair.inbound.heard_at is None, now
        if first:
            track.changed()
        track.trunk.note_alive(pair, now)
        return [] if pair.retired else track.trunk.heard(pair, now)

    def _expired(self, track: TrunkTrack, event: SaExpired, now: float) -> Sequence[Item]:
        """What was counted has been told before; by that the table of SAs sees whether keys are to
        be renewed. The kernel counts headers, too, so it may be too early for that."""
        pair = track.pairs.get((event.spi, event.inbound))
        if pair is None:
            return []
        half = pair.inbound if event.inbound else pair.outbound
        if event.hard or half.used >= 1.0:
            return track.trunk.expire(pair.inbound.spi, now)
        handover = track.handovers.get(pair.inbound.spi)
        if handover is not None and handover.soft[event.inbound] is not None:
            counted = track.counted.get((event.spi, event.inbound), (0, 0, 0, 0))
            handover.soft[event.inbound] = next_soft(half, counted[0], SOFT_SHARE)
            track.changed()
        return []

    def _gone(self, track: TrunkTrack, pair: Pair, event: SaCounted) -> None:
        """The kernel has this half no more: from where it stood we could go on."""
        take_half_back(track, pair, event)
        self._carried.forget(track)
