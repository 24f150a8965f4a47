"""A kernel that carries: what `system/paths.py` makes of the real one, with our own cores in it.

It takes the bridge's requests and gives the events of `gateway/paths.py`. Packets from outside come
to it first; None is what it leaves to the queue.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator
from struct import Struct
from typing import Final

from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES, Suite
from gateway.paths import (
    Abilities,
    CallCounted,
    CallPath,
    CallRefused,
    FrameHeard,
    L2tpEnd,
    L2tpHeard,
    LegPath,
    LegRefused,
    LinkHeard,
    LookAt,
    PathEvent,
    PathRequest,
    PppdEnd,
    PptpEnd,
    Sa,
    SaCounted,
    SaExpired,
    SaMapped,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
)
from gateway.ppp.frame import protocol_of
from gateway.ppp.numbers import FIRST_LINK
from gateway.pptp.gre import Gre, call_id_of
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import (
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_UDP,
    build_ipv4,
    host_bytes,
    parse_ipv4,
)
from gateway.wire.udp import Endpoint, build_udp, parse_udp

COUNT_EVERY: Final = 5.0  # seconds
PORT_NATT, PORT_L2TP = 4500, 1701
ADDRESS_CONTROL: Final = b"\xff\x03"
HELD_AT_MOST: Final = 64  # the window of a server's GRE
POOL: Final = host_bytes("100.127.0.0")[:2]
ABILITIES: Final = Abilities(
    suites=frozenset((each.cipher.name, each.hash.name) for each in SUITES.values())
)
_HEAD = Struct("!HHH")
DATA, LENGTH, SEQUENCED, OFFSET = 0x0002, 0x4000, 0x0800, 0x0200  # L2TP's flags


class _Half:
    """One SA, with what the kernel would count."""

    def __init__(self, core: Inbound | Outbound, sa: Sa) -> None:
        self.core, self.sa = core, sa
        self.bytes = self.packets = 0
        self.told = False  # that its soft limit is reached


class _Leg:
    def __init__(self, path: LegPath) -> None:
        self.path = path
        self.heard: dict[int, _Half] = {}
        self.sends: _Half | None = None


class _Call:
    def __init__(self, path: CallPath) -> None:
        self.path = path
        self.gre: Gre | None = None
        self.figures = [0, 0, 0, 0]


class Kernel:
    """`refuses` is a reason for which no further leg is carried; `interface` is that of a pppd, by
    its number, and gives what that sends."""

    def __init__(self, near: bytes, random: Callable[[int], bytes]) -> None:
        self.told: deque[PathEvent] = deque()
        self.legs: dict[int, _Leg] = {}
        self.calls: dict[int, _Call] = {}
        self._number_of: dict[int, int] = {}  # by inbound SPI
        self.carried = 0  # frames that went across here
        self.refuses = ""
        self.interface: Callable[[int, bytes, float], list[bytes]] = _no_interface
        self._near = near
        self._random = random
        self._count_at = float("inf")

    # packets

    def receive(self, packet: bytes, now: float) -> list[bytes] | None:
        """What goes out because of it, or None if it is for the queue."""
        header = parse_ipv4(packet)
        payload = packet[header.start : header.end]
        if header.protocol == PROTOCOL_GRE:
            return self._gre(header.source, payload, now)
        port = 0
        if header.protocol == PROTOCOL_UDP:
            port, target, payload = parse_udp(payload)
            if target != PORT_NATT or len(payload) < 4 or not any(payload[:4]):
                return None
        elif header.protocol != PROTOCOL_ESP:
            return None
        number = self._by_place(Endpoint(header.source, port), header.target)
        return None if number is None else self._esp(number, port, payload, now)

    def _by_place(self, there: Endpoint, near: bytes) -> int | None:
        for number, leg in self.legs.items():
            path = leg.path
            comes = there.host == path.virtual or (path.mapped and path.peer == there)
            if comes and near == path.near:
                return number
        return None

    def _esp(self, by: int, port: int, packet: bytes, now: float) -> list[bytes]:
        spi = int.from_bytes(packet[:4], "big")
        number_of = self._number_of.get(spi)
        found = None if number_of is None else (number_of, self.legs[number_of])
        if found is None:
            return []
        number, leg = found
        half = leg.heard[spi]
        if half.sa.hard_bytes is not None and half.bytes >= half.sa.hard_bytes:
            return []
        opened = half.core.open(packet) if isinstance(half.core, Inbound) else Drop.NO_SA
        if isinstance(opened, Drop):
            return []
        self._charge(number, half, len(packet), inbound=True)
        place = leg.path.peer
        if place.port and (by, port) != (number, place.port):
            self.told.append(SaMapped(number, spi, by))
        if by != number:
            return []  # the selector of the SA is for another address
        try:
            _, target, message = parse_udp(opened)
        except WireError:
            return []
        return self._l2tp(number, message, now) if target == PORT_L2TP else []

    def _l2tp(self, number: int, message: bytes, now: float) -> list[bytes]:
        flags = int.from_bytes(message[:2], "big")
        found = None if flags & 0x8000 else self._joined(number, message, flags)
        if found is None:
            self.told.append(L2tpHeard(number, message))
            return []
        key, call, from_client = found
        frame = _frame_in(message, flags)
        if not from_client:
            return self._outward(key, call, frame)
        call.figures[0] += 1
        call.figures[1] += len(frame)
        self.carried += 1
        inside = call.path.inside
        if not isinstance(inside, PppdEnd):
            return self._to_server(call, frame, now)
        if protocol_of(frame)[0] >= FIRST_LINK:
            self.told.append(LinkHeard(key, frame))
            return []
        sent = self.interface(inside.interface, frame, now)
        return [packet for each in sent for packet in self._outward(key, call, each)]

    def _joined(self, number: int, message: bytes, flags: int) -> tuple[int, _Call, bool] | None:
        """Whose data it is, and whether it comes from the client."""
        at = 4 if flags & LENGTH else 2
        tunnel = int.from_bytes(message[at : at + 2], "big")
        named = number, tunnel, int.from_bytes(message[at + 2 : at + 4], "big")
        for key, call in self.calls.items():
            outside, inside = call.path.outside, call.path.inside
            if outside is not None and (outside.leg, outside.tunnel, outside.call) == named:
                return key, call, True
            if outside is None or not isinstance(inside, L2tpEnd):
                continue
            if (inside.leg, inside.tunnel, inside.call) == named:
                return key, call, False
        return None

    def by_interface(self, number: int, frame: bytes) -> list[bytes]:
        """A pppd's interface sends; [] while it does so by its terminal."""
        for key, call in self.calls.items():
            inside = call.path.inside
            if call.path.outside and isinstance(inside, PppdEnd) and inside.interface == number:
                return self._outward(key, call, frame)
        return []

    def _to_server(self, call: _Call, frame: bytes, now: float) -> list[bytes]:
        inside = call.path.inside
        if isinstance(inside, L2tpEnd):
            head = _HEAD.pack(DATA, inside.peer_tunnel, inside.peer_call)
            whole = ADDRESS_CONTROL + frame.removeprefix(ADDRESS_CONTROL)
            return self._seal(inside.leg, head + whole)
        if call.gre is None:
            return []
        sealed = call.gre.seal(ADDRESS_CONTROL + frame.removeprefix(ADDRESS_CONTROL), now)
        end = call.path.inside
        if sealed is None or not isinstance(end, PptpEnd) or end.near is None:
            return []
        return [build_ipv4(end.near, end.server, PROTOCOL_GRE, sealed)]

    def _gre(self, source: bytes, payload: bytes, now: float) -> list[bytes] | None:
        for number, call in self.calls.items():
            end = call.path.inside
            if isinstance(end, PptpEnd) and (source, call_id_of(payload, 0, len(payload))) == (
                end.server, end.call,
            ):  # fmt: skip
                return self._from_server(number, call, payload, now)
        return None

    def _from_server(self, number: int, call: _Call, payload: bytes, now: float) -> list[bytes]:
        if call.gre is None:
            return []
        frames = call.gre.open(payload, 0, len(payload), now) + call.gre.late(now)
        found = [packet for frame in frames for packet in self._outward(number, call, frame)]
        return found + self._acks(call, now)

    def _acks(self, call: _Call, now: float) -> list[bytes]:
        end = call.path.inside
        if call.gre is None or not isinstance(end, PptpEnd) or end.near is None:
            return []
        near, server = end.near, end.server
        return [build_ipv4(near, server, PROTOCOL_GRE, each) for each in call.gre.drain(now)]

    def _outward(self, number: int, call: _Call, frame: bytes) -> list[bytes]:
        frame = frame.removeprefix(ADDRESS_CONTROL)
        end = call.path.outside
        if end is None:
            self.told.append(FrameHeard(number, frame))
            return []
        call.figures[2] += 1
        call.figures[3] += len(ADDRESS_CONTROL + frame)
        self.carried += 1
        head = _HEAD.pack(DATA, end.peer_tunnel, end.peer_call)
        return self._seal(end.leg, head + ADDRESS_CONTROL + frame)

    def _seal(self, number: int, message: bytes) -> list[bytes]:
        leg = self.legs.get(number)
        half = None if leg is None else leg.sends
        if leg is None or half is None or not isinstance(half.core, Outbound):
            return []
        sealed = half.core.seal(build_udp(PORT_L2TP, leg.path.port, message))
        if isinstance(sealed, Drop):
            return []
        self._charge(number, half, len(sealed), inbound=False)
        near, there = leg.path.near, leg.path.peer
        if not there.port:
            return [build_ipv4(near, there.host, PROTOCOL_ESP, sealed)]
        segment = build_udp(PORT_NATT, there.port, sealed)
        return [build_ipv4(near, there.host, PROTOCOL_UDP, segment)]

    def _charge(self, number: int, half: _Half, length: int, *, inbound: bool) -> None:
        half.bytes += length
        half.packets += 1
        sa = half.sa
        soft = sa.soft_packets is not None and half.packets >= sa.soft_packets
        soft = soft or (sa.soft_bytes is not None and half.bytes >= sa.soft_bytes)
        if soft and not half.told:
            half.told = True
            self.told.append(_counted(number, half, inbound=inbound))
            self.told.append(SaExpired(number, sa.spi, inbound, False))

    # requests

    def carry_out(self, request: PathRequest, now: float) -> list[bytes]:
        match request:
            case SetLeg(number, path, there):
                self._miss(number, path if there else None)
                self._set_leg(number, path, now)
            case SetCall(number, call_path, there):
                if there and number not in self.calls:
                    self.told.append(CallRefused(number, "it was lost", False))
                else:
                    self._set_call(number, call_path)
            case SendL2tp(leg, message):
                return self._seal(leg, message)
            case SendFrame(call, frame):
                return self._to_server(self.calls[call], frame, now) if call in self.calls else []
            case LookAt(leg, spi):
                if leg in self.legs and spi in self.legs[leg].heard:
                    self.told.append(_counted(leg, self.legs[leg].heard[spi], inbound=True))
        return []

    def _miss(self, number: int, path: LegPath | None) -> None:
        """What is not there any more of a leg that was."""
        if path is None:
            return
        leg = self.legs.get(number)
        known = {spi for spi in (leg.heard if leg else ())}
        for sa in path.inbound:
            if sa.spi not in known:
                self.told.append(SaExpired(number, sa.spi, True, True))

    def forget_all(self) -> None:
        """It was flushed."""
        self.legs.clear()
        self.calls.clear()
        self._number_of.clear()

    def keep_only(self, legs: Collection[int], calls: Collection[int]) -> None:
        """A successor has settled: what it has not asked for is gone."""
        self.legs = {number: leg for number, leg in self.legs.items() if number in legs}
        self.calls = {number: call for number, call in self.calls.items() if number in calls}
        self._number_of = {spi: n for spi, n in self._number_of.items() if n in self.legs}

    def standing(self) -> dict[tuple[bytes, int, bool], int]:
        """How far each SA has counted, as a successor of who asked for it finds it."""
        return {
            (leg.path.virtual, half.sa.spi, inbound): _counted(0, half, inbound=inbound).sequence
            for leg in self.legs.values()
            for half, inbound in _halves(leg)
        }

    def _set_leg(self, number: int, path: LegPath | None, now: float) -> None:
        leg = self.legs.get(number)
        for spi in () if leg is None else leg.heard:
            self._number_of.pop(spi, None)
        wanted_in = () if path is None or (leg is None and self.refuses) else path.inbound
        self._number_of.update({sa.spi: number for sa in wanted_in})
        if path is None:
            for half, inbound in [] if leg is None else _halves(leg):
                self.told.append(_counted(number, half, inbound=inbound, last=True))
            self.legs.pop(number, None)
            return
        if leg is None and self.refuses:
            self.told.append(LegRefused(number, self.refuses))
            return
        if leg is None:
            leg = self.legs[number] = _Leg(path)
            self._count_at = min(self._count_at, now + COUNT_EVERY)
        leg.path = path
        wanted = {sa.spi: sa for sa in path.inbound}
        for spi in [spi for spi in leg.heard if spi not in wanted]:
            self.told.append(_counted(number, leg.heard.pop(spi), inbound=True, last=True))
        for spi, sa in wanted.items():
            _renew(leg.heard.setdefault(spi, _Half(_inbound(sa), sa)), sa)
        self._set_sends(number, leg, path.outbound)

    def _set_sends(self, number: int, leg: _Leg, sa: Sa | None) -> None:
        old = leg.sends
        if old is not None and sa is not None and old.sa.spi == sa.spi:
            _renew(old, sa)
            return
        if old is not None:
            self.told.append(_counted(number, old, inbound=False, last=True))
        leg.sends = None
        if sa is not None:
            core = Outbound(sa.spi, _suite(sa), sa.cipher_key + sa.digest_key, self._random)
            core.sequence = sa.sequence
            leg.sends = _Half(core, sa)

    def _set_call(self, number: int, path: CallPath | None) -> None:
        call = self.calls.get(number)
        if path is None:
            if call is not None:
                self.told.append(_figures(number, call, last=True))
            self.calls.pop(number, None)
            return
        call = self.calls.setdefault(number, _Call(path))
        if call.path.outside not in (None, path.outside):
            self.told.append(_figures(number, call))
            call.figures = [0, 0, 0, 0]  # another channel counts from nothing
        call.path = path
        end = path.inside
        if call.gre is None and isinstance(end, PptpEnd) and end.peer_call is not None:
            call.gre = Gre(end.call, end.peer_call, HELD_AT_MOST)

    # time

    def deadline(self) -> float | None:
        times = [call.gre.deadline() for call in self.calls.values() if call.gre is not None]
        if self.legs:
            times.append(self._count_at)
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[bytes]:
        if self.legs and self._count_at <= now:
            self._count_at = now + COUNT_EVERY
            self.count()
        found: list[bytes] = []
        for number, call in self.calls.items():
            due = None if call.gre is None else call.gre.deadline()
            if call.gre is not None and due is not None and due <= now:
                for frame in call.gre.late(now):
                    found += self._outward(number, call, frame)
                found += self._acks(call, now)
        return found

    def count(self) -> None:
        """Tell all counters as they are now."""
        for number, leg in self.legs.items():
            for half, inbound in _halves(leg):
                self.told.append(_counted(number, half, inbound=inbound))
        for number, call in self.calls.items():
            if call.path.outside is not None:
                self.told.append(_figures(number, call))


def is_again(packet: bytes) -> bool:
    """Whether the bridge puts this packet to the kernel once more."""
    return parse_ipv4(packet).source[:2] == POOL


def _no_interface(number: int, frame: bytes, now: float) -> list[bytes]:
    return []


def _frame_in(message: bytes, flags: int) -> bytes:
    at = 6 + (2 if flags & LENGTH else 0) + (4 if flags & SEQUENCED else 0)
    if flags & OFFSET:
        at += 2 + int.from_bytes(message[at : at + 2], "big")
    return message[at:]


def _figures(number: int, call: _Call, last: bool = False) -> CallCounted:
    frames_in, bytes_in, frames_out, bytes_out = call.figures
    return CallCounted(number, frames_in, bytes_in, frames_out, bytes_out, last)


def _halves(leg: _Leg) -> Iterator[tuple[_Half, bool]]:
    for half in leg.heard.values():
        yield half, True
    if leg.sends is not None:
        yield leg.sends, False


def _inbound(sa: Sa) -> Inbound:
    made = Inbound(sa.spi, _suite(sa), sa.cipher_key + sa.digest_key)
    made.resume(sa.sequence)
    made.sequence = sa.sequence
    return made


def _renew(half: _Half, sa: Sa) -> None:
    """Other limits are told of once more."""
    changed = (half.sa.soft_bytes, half.sa.soft_packets) != (sa.soft_bytes, sa.soft_packets)
    half.sa, half.told = sa, half.told and not changed


def _suite(sa: Sa) -> Suite:
    return next(
        each
        for each in SUITES.values()
        if (each.cipher.name, each.hash.name) == (sa.cipher, sa.digest)
        and each.key_length == len(sa.cipher_key)
    )


def _counted(leg: int, half: _Half, *, inbound: bool, last: bool = False) -> SaCounted:
    core = half.core
    top = core.window()[0] if isinstance(core, Inbound) else core.sequence
    return SaCounted(
        leg, core.spi, inbound, half.bytes, half.packets, top,
        replays=core.drops[Drop.REPLAY], forged=core.drops[Drop.AUTH], last=last,
    )  # fmt: skip
