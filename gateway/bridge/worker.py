"""A worker's core: the road of sessions that are up, for a process of its own. Road code.

It stands where the kernel does (`gateway/paths.py`): the daemon says what is to be carried, and is
told what came of it. But it reads every frame as the daemon would: data goes across here, through
the same shield; all else (control messages, frames that negotiate, what is of nobody here) goes on
to the daemon as it came. What it counts for a successor is in words that outlive it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gateway.bridge.classify import WAY, Kind, classify, endpoints, l2tp_in
from gateway.bridge.mtu import LONGEST_FRAME
from gateway.bridge.shield import Agreement, Shield
from gateway.bridge.timers import Timers
from gateway.bridge.worker_legs import NO_WORD, Call, Heard, Leg, Place, Sent
from gateway.esp.errors import Drop as EspDrop
from gateway.l2tp.data import Road, open_data, seal_data
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.l2tp.numbers import SEQUENCE
from gateway.outputs import SendIp
from gateway.paths import (
    Again,
    CallPath,
    CallRefused,
    Dropped,
    FrameHeard,
    GreHeard,
    L2tpEnd,
    L2tpHeard,
    LegPath,
    LookAt,
    Moved,
    PacketHeard,
    PathEvent,
    PathRequest,
    PptpEnd,
    Sa,
    SaExpired,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    Spoke,
)
from gateway.ppp.frame import is_control
from gateway.pptp.gre import Gre, call_id_of

Found = SendIp | PathEvent

TOLD_EVERY: Final = 1.0  # seconds between two times that counters are told, while there is traffic
TOLD_SOON: Final = 0.25  # the same, where a lifetime is nearly used up
NEAR: Final = 0.9  # of a lifetime
NO_OPTIONS: Final = 0x45
CONTROL: Final = b"\x80"  # the first byte of L2TP's control messages is this or higher
NUMBERED: Final = SEQUENCE >> 8
SOURCE: Final = slice(12, 16)  # of an IPv4 header
_ESP, _IN_UDP = Kind.ESP, Kind.ESP_IN_UDP


class Worker:
    """All that one worker carries. What is caused is returned: packets to send, and events."""

    def __init__(self, word: Place, random: Callable[[int], bytes]) -> None:
        """`word` gives the word at a place."""
        self._word, self._random = word, random
        self._legs: dict[int, Leg] = {}
        self._calls: dict[int, Call] = {}
        self._heard: dict[bytes, Heard] = {}  # by the four bytes a packet starts with
        self._by_call_id: dict[int, Call] = {}
        self._timers = Timers()
        self._tell_at: float | None = None  # None: nothing has passed since counters were told

    def receive_packet(self, packet: bytes, now: float, again: bool = False) -> list[Found]:
        """One IPv4 packet with ESP, from outside. `again`: the daemon knows that it is for us."""
        kind, start, end = classify(packet)
        heard = self._heard.get(packet[start : start + 4])
        if heard is None or (kind is not _IN_UDP and kind is not _ESP):
            return [] if again else [PacketHeard(packet)]
        leg = heard.leg
        if kind is not leg.kind:
            return [Dropped(leg.number, "encapsulation")]
        if self._tell_at is None:
            self._tell_at = now + TOLD_EVERY
        core = heard.core
        segment = core.open(packet, start, end)
        if not isinstance(segment, bytes):
            return self._refused(heard, segment)
        found: list[Found] = []
        if core.newest and packet[WAY] != leg.way and not heard.retired:
            found += _moved(heard, packet, kind)
        if heard.unsure:
            heard.unsure = False
            found += [heard.counted(), SaExpired(leg.number, core.spi, True, False)]
        message = l2tp_in(segment)
        if not message:
            return [*found, Dropped(leg.number, "not_l2tp")]
        leg.port = int.from_bytes(segment[:2])
        return found + self._from_client(leg, message, now)

    def receive_gre(self, packet: bytes, now: float) -> list[Found]:
        """One IPv4 packet with GRE, from inside."""
        kind, start, end = classify(packet)
        call = self._by_call_id.get(call_id_of(packet, start, end)) if kind is Kind.GRE else None
        if call is None:
            return [GreHeard(packet)]
        gre = call.gre
        if gre is None:
            return []
        found: list[Found] = []
        host = packet[SOURCE]
        if host != call.speaker:
            if call.speaker:
                call.count("other_server")  # whoever guesses sixteen bits
                return []
            call.speaker = host
            found.append(Spoke(call.number, host))
        found += self._from_server(call, gre.open(packet, start, end, now), now)
        return self._drained(call, found, now)

    def carry_out(self, request: PathRequest, now: float) -> list[Found]:
        """Do as the daemon asks."""
        match request:
            case SendFrame(number, frame):
                call = self._calls.get(number)
                if call is None:
                    return []
                return self._drained(call, _to_server(call, frame, now), now)
            case SendL2tp(number, message):
                leg = self._legs.get(number)
                return [] if leg is None else [*leg.seal(message)]
            case Again(_, packet):
                return self.receive_packet(packet, now, again=True)
            case SetLeg(number, leg_path):
                return self._set_leg(number, leg_path)
            case SetCall(number, call_path):
                return self._set_call(number, call_path, now)
            case LookAt(number, spi):
                heard = self._heard.get(spi.to_bytes(4, "big"))
                known = heard is not None and heard.leg.number == number
                return [heard.counted()] if heard is not None and known else []

    def deadline(self) -> float | None:
        due = self._timers.deadline()
        if due is None or self._tell_at is None:
            return self._tell_at if due is None else due
        return min(due, self._tell_at)

    def handle_timeout(self, now: float) -> list[Found]:
        """Acknowledgements and frames that have waited; and what was counted."""
        found: list[Found] = []
        for who in self._timers.due(now):
            if isinstance(who, Call) and who.gre is not None:
                found += self._from_server(who, who.gre.late(now), now)
                found += _drain(who, now)
                self._timers.note(who)
        if self._tell_at is not None and self._tell_at <= now:
            told = self.tell()
            wait = TOLD_SOON if self._is_near() else TOLD_EVERY
            self._tell_at = now + wait if told else None
            found += told
        return found

    def tell(self) -> list[Found]:
        """The counters of whoever has done anything since they were told."""
        found: list[Found] = []
        for leg in self._legs.values():
            for half in leg.halves():
                if half.changed:
                    found.append(half.counted())
                    if half.core.used >= 1.0 and not half.told:
                        half.told = True
                        found.append(SaExpired(leg.number, half.core.spi, half.inbound, False))
        return found + [call.counted() for call in self._calls.values() if call.changed]

    # the road

    def _from_client(self, leg: Leg, message: bytes, now: float) -> list[Found]:
        """Data goes across; what else there is, or is numbered, is the daemon's to judge."""
        if message[:1] >= CONTROL or message[0] & NUMBERED:
            return [L2tpHeard(leg.number, message)]
        opened = open_data(leg.roads, message)
        if isinstance(opened, L2tpDrop):
            return [L2tpHeard(leg.number, message)]
        call_id, frame = opened
        if is_control(frame) or len(frame) > LONGEST_FRAME:
            return [L2tpHeard(leg.number, message)]
        call = leg.calls[call_id]
        call.frames_in += 1
        call.bytes_in += len(frame)
        if call.shield is not None:
            shielded = call.shield.data(frame)
            if shielded is None:
                return []
            frame = shielded
        return self._drained(call, _to_server(call, frame, now), now)

    def _from_server(self, call: Call, frames: Iterable[bytes], now: float) -> list[Found]:
        found: list[Found] = []
        for frame in frames:
            leg = call.leg
            if leg is None or is_control(frame) or len(frame) > LONGEST_FRAME:
                found.append(FrameHeard(call.number, frame))
                continue
            passed = frame if call.shield is None else call.shield.to_client(frame)
            message = seal_data(leg.roads, call.l2tp, passed)
            if isinstance(message, L2tpDrop):
                found.append(Dropped(leg.number, message.name.lower()))
                continue
            sealed = leg.seal(message)
            if sealed and type(sealed[0]) is SendIp:
                call.frames_out += 1
                call.bytes_out += len(passed)
            found += sealed
        if found and self._tell_at is None:
            self._tell_at = now + TOLD_EVERY
        return found

    def _drained(self, call: Call, found: list[Found], now: float) -> list[Found]:
        """What else is to go to the server by now, behind what was `found`."""
        gre = call.gre
        if gre is not None:
            if gre.ready:
                found += _drain(call, now)
            self._timers.note_due(call, gre.deadline())
        return found

    def _refused(self, heard: Heard, why: EspDrop) -> list[Found]:
        """A lifetime that is used up is told at once, and once."""
        if why is not EspDrop.EXPIRED or heard.told:
            return []
        heard.told = True
        return [heard.counted(), SaExpired(heard.leg.number, heard.core.spi, True, False)]

    def _is_near(self) -> bool:
        """Whether somebody's lifetime is nearly used up."""
        return any(
            NEAR <= half.core.used < 1.0 for leg in self._legs.values() for half in leg.halves()
        )

    # what is to be carried

    def _set_leg(self, number: int, path: LegPath | None) -> list[Found]:
        leg = self._legs.get(number)
        if path is None:
            return [] if leg is None else self._forget_leg(leg)
        if leg is None:
            leg = self._legs[number] = Leg(number, path)
        leg.follow(path)
        found = self._set_heard(leg, path.inbound)
        sends, sa = leg.sends, path.outbound
        if sends is not None and (sa is None or sa.spi != sends.core.spi):
            found.append(sends.counted(last=True))
            leg.sends = None
        if sa is not None:
            leg.sends = leg.sends or Sent(leg, sa, self._random)
            leg.sends.follow(sa, self._word)
        return found

    def _forget_leg(self, leg: Leg) -> list[Found]:
        del self._legs[leg.number]
        for call in list(leg.calls.values()):
            _part(call)
        for heard in leg.heard.values():
            self._heard.pop(heard.key, None)
        return [half.counted(last=True) for half in leg.halves()]

    def _set_heard(self, leg: Leg, wanted: Sequence[Sa]) -> list[Found]:
        found: list[Found] = []
        spis = {sa.spi for sa in wanted}
        for spi in [spi for spi in leg.heard if spi not in spis]:
            gone = leg.heard.pop(spi)
            self._heard.pop(gone.key, None)
            found.append(gone.counted(last=True))
        for sa in wanted:
            heard = leg.heard.get(sa.spi)
            if heard is None:
                heard = leg.heard[sa.spi] = Heard(leg, sa)
                self._heard[heard.key] = heard
            heard.follow(sa, self._word)
        return found

    def _set_call(self, number: int, path: CallPath | None, now: float) -> list[Found]:
        call = self._calls.get(number)
        if path is None or not isinstance(path.inside, PptpEnd):
            if call is None:
                return []
            del self._calls[number]
            self._by_call_id.pop(call.call_id, None)
            _part(call)
            return [call.counted(last=True)]
        if call is None:
            call = self._calls[number] = Call(number, path.inside)
            self._by_call_id[call.call_id] = call
        _follow(call, path.inside, self._word)
        if call.gre is not None:
            self._timers.note(call)
        shield = path.shield
        if shield is None:
            call.shield = None
        else:
            call.shield = call.shield or Shield(0)
            call.shield.resume(
                Agreement(shield.most, shield.mss, shield.short, shield.bare, shield.compressed)
            )
        return self._join(call, path.outside)

    def _join(self, call: Call, end: L2tpEnd | None) -> list[Found]:
        if end is None:
            _part(call)
            return []
        leg = self._legs.get(end.leg)
        if leg is None:
            return [CallRefused(call.number, "its client's keys are not here", True)]
        if call.leg is not leg or call.l2tp != end.call:
            _part(call)
            call.leg, call.l2tp = leg, end.call
            leg.roads[end.call] = Road(end.tunnel, end.peer_tunnel, end.peer_call, False)
            leg.calls[end.call] = call
        return []


def _moved(heard: Heard, packet: bytes, kind: Kind) -> Sequence[Found]:
    """The client is elsewhere, by the newest packet of its: the daemon decides what follows."""
    leg = heard.leg
    there, _ = endpoints(packet)
    if packet[0] == NO_OPTIONS:
        leg.way = packet[WAY]
    known = leg.peer
    if there.host == known.host and (kind is _ESP or there.port == known.port):
        return ()
    return (Moved(leg.number, heard.core.spi, there),)


def _to_server(call: Call, frame: bytes, now: float) -> list[Found]:
    gre = call.gre
    if gre is None:
        return []
    sealed = gre.seal(frame, now)
    return [] if sealed is None else [call.packet(sealed)]


def _drain(call: Call, now: float) -> list[Found]:
    return [] if call.gre is None else [call.packet(each) for each in call.gre.drain(now)]


def _follow(call: Call, end: PptpEnd, word: Place) -> None:
    """The server's answer makes GRE possible; words come when the session is kept."""
    gre = end.gre
    if end.peer_call is None or gre is None:
        return
    call.speaker = call.speaker or gre.speaker
    if call.gre is None:
        call.gre = Gre(end.call, end.peer_call, gre.window, strict=gre.strict)
        if gre.sent and (sent := word(gre.sent)[0]) | (heard := word(gre.heard)[0]):
            call.gre.resume(sent, heard)
    for name, place in (("sent", gre.sent), ("heard", gre.heard)):
        if place != call.places.get(name, NO_WORD):
            call.places[name] = place
            mine = word(place)
            mine[0] = getattr(call.gre, name)[0]
            setattr(call.gre, name, mine)


def _part(call: Call) -> None:
    leg, call.leg = call.leg, None
    if leg is not None and leg.calls.get(call.l2tp) is call:
        del leg.calls[call.l2tp], leg.roads[call.l2tp]
