"""What the kernel tells of what it carries, as the same events that user space would give.

Counters go to the halves of each pair, so limits, views and accounts are those of user space. An
ESP packet that comes to us although the kernel has its SA comes from a place that is not its
client's, or was under way when the kernel took over: see `receive_esp`.
"""

from gateway.bridge.alive import end_pair, note_alive
from gateway.bridge.carrier import Carrier
from gateway.bridge.classify import Kind, endpoints
from gateway.bridge.client_leg import OWN_PORT, ClientLeg, Pair
from gateway.bridge.clients import Clients
from gateway.bridge.paths import next_soft, payload_of, place_of
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import Session
from gateway.bridge.tell import tell_end
from gateway.bridge.tracks import CallTrack, LegTrack, Stray, take_half_back
from gateway.bridge.workers import Workers, note_dropped, note_others
from gateway.esp.errors import Drop
from gateway.esp.sa import Half
from gateway.outputs import Output, SendIp
from gateway.paths import (
    CallCounted,
    CallRefused,
    LegRefused,
    LookAt,
    PathEvent,
    SaCounted,
    SaExpired,
    SaMapped,
)
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Endpoint, build_udp

DOUBT_EVERY = 1.0  # seconds between two times that a leg's place is doubted
SURE_AFTER = 10.0  # seconds after which a place in doubt may be its own again
Counted = dict[tuple[int, bool], tuple[int, int, int, int]]  # as in `LegTrack.counted`


class Kernel:
    """The kernel as the bridge sees it: its events, and packets that it should have had."""

    def __init__(self, carrier: Carrier, clients: Clients) -> None:
        self._carrier = carrier
        self._clients = clients
        self._workers = Workers(carrier, clients, self)

    # packets

    def receive_esp(
        self, packet: bytes, kind: Kind, start: int, end: int, now: float
    ) -> list[Output] | None:
        """A packet from the queue; None if its SA is not the kernel's.

        From its client's place it only has to be put to the kernel once more. From elsewhere an
        authentic one has to be the newest of its SA to move the leg, and only the kernel knows.
        """
        found = self._clients.by_spi.get(int.from_bytes(packet[start : start + 4], "big"))
        if found is None:
            return None
        leg, pair = found
        track = leg.track
        if pair.held_by and pair.by_words:
            return self._workers.receive_esp(leg, pair, packet, kind is pair.carrier)
        if not isinstance(track, LegTrack) or track.asked is None or not pair.held_by:
            return None
        if kind is not pair.carrier:
            leg.drops.count("encapsulation")
            return []
        there, _ = endpoints(packet)
        if kind is Kind.ESP:
            there = Endpoint(there.host, leg.place.esp.port)
        again = SendIp(_again(track, kind, packet[start:end]))
        if there == leg.place.esp and track.mapped:
            return [again]
        sequence = pair.inbound.verify(packet, start, end)
        if isinstance(sequence, Drop):
            return []
        newest = sequence > track.heard.get(pair.inbound.spi, 0)
        at_home = there == leg.place.esp and now - track.doubted < SURE_AFTER
        if pair.retired or not newest or at_home:
            return [again]
        track.stray = Stray(pair.inbound.spi, sequence, there, again)
        return [LookAt(track.number, pair.inbound.spi)]

    # events

    def receive(self, event: PathEvent, now: float) -> list[Output]:
        """Anything but messages and frames, which are for legs and sessions."""
        match event:
            case SaCounted():
                return self.counted(event, now)
            case CallCounted():
                return self.call_counted(event, now)
            case SaExpired():
                return self.expired(event, now)
            case SaMapped():
                self.mapped(event, now)
            case LegRefused():
                self.leg_refused(event)
            case CallRefused():
                return self.call_refused(event)
            case _:
                return self._workers.receive(event, now)
        return []

    def note_heard(self, leg: ClientLeg, now: float) -> None:
        """A message has come by the leg's keys; of several pairs the counters tell which it was."""
        if len(leg.pairs) == 1:
            for pair in leg.pairs.values():
                pair.inbound.heard_at = now
        if leg.current is not None and leg.current.by_words:
            note_alive(self._clients, leg, leg.current, now)

    def counted(self, event: SaCounted, now: float) -> list[Output]:
        """What an SA has done since it was last asked."""
        track = self._carrier.legs.get(event.leg)
        pair = None if track is None else track.pairs.get((event.spi, event.inbound))
        if track is None or pair is None:
            return []
        half = pair.inbound if event.inbound else pair.outbound
        kept = (half,) if pair.inbound.spi not in track.leg.pairs else ()  # with its last figures
        track.leg.carried.withdraw(kept)
        passed = charge(track.counted, half, event)
        if event.others:
            note_others(track, half, event)
        track.leg.carried.keep(kept)
        found = self._alive(track, pair, now) if event.inbound and passed else []
        if event.inbound:
            track.heard[event.spi] = event.sequence
            found += self._judge(track, event, now)
        if event.last:
            self._gone(track, pair, event)
        return found

    def expired(self, event: SaExpired, now: float) -> list[Output]:
        """What was counted has been told before."""
        track = self._carrier.legs.get(event.leg)
        pair = None if track is None else track.pairs.get((event.spi, event.inbound))
        if track is None or pair is None:
            return []
        if event.hard:
            return end_pair(self._clients, pair.inbound.spi, now)
        if event.inbound and not pair.confirmed:
            found = self._clients.confirm(pair, now)
            track.changed()
            return found
        half = pair.inbound if event.inbound else pair.outbound
        if half.used >= 1.0:
            return end_pair(self._clients, pair.inbound.spi, now)
        handover = track.handovers.get(pair.inbound.spi)
        # Without a limit it was the first packet of a pair that other signs have confirmed before.
        if handover is not None and handover.soft[event.inbound] is not None:
            counted = track.counted.get((event.spi, event.inbound), (0, 0, 0, 0))
            handover.soft[event.inbound] = next_soft(half, counted[0])
            track.changed()
        return []

    def mapped(self, event: SaMapped, now: float) -> None:
        """The place of the leg `by` may be another's by now: what comes from there is for us.

        What came by the leg's own place was under way while that was changed.
        """
        by = self._carrier.legs.get(event.by) if event.by != event.leg else None
        if by is not None and by.mapped and now - by.doubted >= DOUBT_EVERY:
            by.doubted = now
            by.mapped = False
            by.changed()

    def leg_refused(self, event: LegRefused) -> None:
        track = self._carrier.legs.get(event.leg)
        if track is not None:
            self._carrier.lose(track, event.reason)

    def call_refused(self, event: CallRefused) -> list[Output]:
        """Without its end inside a session cannot be; not joined it goes on by hand."""
        track = self._carrier.calls.get(event.call)
        if track is None:
            return []
        track.why, track.told = event.reason, False
        if event.joining:
            return self._carrier.apart(track)
        self._carrier.calls.pop(event.call)
        track.asked = None
        self._carrier.refused.append((track.session, event.reason))
        return []

    def call_counted(self, event: CallCounted, now: float) -> list[Output]:
        track = self._carrier.calls.get(event.call)
        if track is None:
            return []
        session = track.session
        figures = (event.frames_in, event.bytes_in, event.frames_out, event.bytes_out)
        more = [max(0, new - old) for new, old in zip(figures, track.counted, strict=True)]
        track.counted = figures
        session.uncounted = 0
        session.frames_in += more[0]
        session.bytes_in += more[1]
        session.frames_out += more[2]
        session.bytes_out += more[3]
        if event.drops:
            note_dropped(track, event.drops)
        if not event.last:
            return []
        self._carrier.calls.pop(event.call)
        return [] if track.over is None else [tell_end(session, track.over)]

    # inside

    def other_speaker(self, session: Session, leg: PptpLeg, host: bytes) -> list[Output]:
        """The server of a call of the kernel's is heard from an address that it was not called at.

        The kernel hears only what comes from there. NT answers from the address of its best route
        (Q169831), so if the kernel has heard nothing, the call is ours from now on.
        """
        track = session.track
        if not leg.channel or leg.worked or not isinstance(track, CallTrack) or track.heard:
            return []
        leg.take_back(host)
        track.why = "the server answers from another of its addresses"
        return self._carrier.drop(track)

    def _alive(self, track: LegTrack, pair: Pair, now: float) -> list[Output]:
        """Packets have come by the pair, as `Gateway._receive_esp` would have seen them come."""
        pair.inbound.heard_at = now
        note_alive(self._clients, track.leg, pair, now)
        return [] if pair.confirmed else self._clients.confirm(pair, now)

    def _judge(self, track: LegTrack, event: SaCounted, now: float) -> list[Output]:
        """The kernel has said how far an SA is: whether a stray packet was the newest."""
        stray, track.stray = track.stray, None
        if stray is None or stray.spi != event.spi:
            track.stray = stray
            return []
        if stray.sequence <= event.sequence:
            return [stray.again]
        if stray.there == track.leg.place.esp and self._is_crowded(track):
            track.doubted = now
            return [stray.again]
        track.mapped, track.doubted = True, float("-inf")
        track.changed()
        pair = track.leg.pairs.get(stray.spi)
        found = [] if pair is None else self._alive(track, pair, now)
        found += self._clients.following.hear_esp(track.leg, stray.there)
        # The kernel knows the new place first, or what the packet brings back goes to the old one.
        return [*found, *self._carrier.settle(now), stray.again]

    def _is_crowded(self, track: LegTrack) -> bool:
        """Whether another leg is at the place of this one."""
        leg, there = track.leg, place_of(track.leg)
        return any(
            other is not leg and other.local.host == leg.local.host and place_of(other) == there
            for other in self._clients.living()
        )

    def _gone(self, track: LegTrack, pair: Pair, event: SaCounted) -> None:
        """The kernel has this half no more: from where it stood we could go on."""
        if event.inbound:
            track.heard.pop(event.spi, None)
        if take_half_back(track, pair, event):
            track.changed()
        self._carrier.forget(track)


def charge(counted: Counted, half: Half, event: SaCounted) -> int:
    """Enter what is new in the half's own counters; how many packets that is."""
    key = (event.spi, event.inbound)
    old = counted.get(key, (0, 0, 0, 0))
    counted[key] = (event.bytes, event.packets, event.replays, event.forged)
    suite = half.suite
    payload = payload_of(suite, event.bytes, event.packets) - payload_of(suite, old[0], old[1])
    half.packets += max(0, event.packets - old[1])
    half.payload_bytes += max(0, payload)
    half.sequence = max(half.sequence, event.sequence)
    half.drops[Drop.REPLAY] += max(0, event.replays - old[2])
    half.drops[Drop.AUTH] += max(0, event.forged - old[3])
    return event.packets - old[1]


def _again(track: LegTrack, kind: Kind, esp: bytes) -> bytes:
    """The packet as the kernel would have had it, from the leg's virtual address."""
    path = track.asked
    if path is None:
        raise ValueError("the kernel does not have this leg")
    if kind is Kind.ESP:
        return build_ipv4(path.virtual, path.near, PROTOCOL_ESP, esp)
    segment = build_udp(path.peer.port, OWN_PORT[kind], esp)
    return build_ipv4(path.virtual, path.near, PROTOCOL_UDP, segment)
