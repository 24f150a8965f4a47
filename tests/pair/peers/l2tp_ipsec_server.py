"""A whole native server: scripted IKE responder, ESP, LNS and PPP ends, one on top of the other.

Windows 2000 with RRAS, that is, or any other that knows no NAT traversal. Towards each address of
the gateway it has an end of its own, as a server has a policy and a peer. Nothing of `gateway` but
the wire room is used, and everything that comes is checked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import pack, unpack_from

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers.esp_pair import EspPair
from tests.pair.peers.ike_responder import Habits, Responder
from tests.pair.peers.l2tp_lns import Lns
from tests.pair.peers.ppp_end import PppEnd

PORT = 1701
STARTING = 3 / 64  # seconds until a server's PPP speaks


@dataclass
class End:
    """Towards one address of the gateway. `ppp` is by the server's own call."""

    gateway: bytes
    ike: Responder
    lns: Lns
    sas: dict[bytes, EspPair] = field(default_factory=dict)
    ppp: dict[int, PppEnd] = field(default_factory=dict)
    bytes_in: int = 0  # of UDP in ESP, since the newest pair was made
    own_port: int = PORT


class L2tpIpsecServer:
    """`ppp` makes the end of one more call, counted from 1. `alive` False: it is switched off.

    `limit` is the volume of a pair in bytes, after which the server drops what comes on it.
    """

    def __init__(
        self,
        here: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
        habits: Habits | None = None,
        **lns: object,
    ) -> None:
        self.here, self.psk = here, psk
        self.habits = habits or Habits()
        self.alive = True
        self.ends: dict[bytes, End] = {}
        self.limit = 1 << 40
        self.calls_made = 0
        self.dropped = 0  # packets on pairs that nobody has, or that are used up
        self.ppp: Callable[[int], PppEnd] = lambda number: PppEnd(
            pack("!I", number), bytes((10, 2, 0, 1)), gives=bytes((10, 2, 0, 1 + number))
        )
        self._errors: list[str] = []
        self._lns, self._random = lns, random

    @property
    def end(self) -> End:
        """The only one."""
        (only,) = self.ends.values()
        return only

    @property
    def calls(self) -> int:
        return sum(len(end.lns.calls) for end in self.ends.values())

    @property
    def links(self) -> list[PppEnd]:
        return [link for end in self.ends.values() for link in end.ppp.values()]

    @property
    def errors(self) -> list[str]:
        found = self._errors + [each for end in self.ends.values() for each in end.ike.errors]
        return found + [each for end in self.ends.values() for each in end.lns.errors]

    def restart(self) -> None:
        """Power off and on: nothing is known any more, and nothing was said."""
        self.ends.clear()

    def send_data(self, end: End, call: int, protocol: int, payload: bytes) -> list[Datagram]:
        return self._frames(end, call, [end.ppp[call].say(protocol, payload)])

    def say(self, end: End, messages: Iterable[bytes]) -> list[Datagram]:
        """L2TP messages on their way."""
        head = [pack("!HHHH", end.own_port, PORT, 8 + len(each), 0) + each for each in messages]
        return [each for segment in head for each in self._seal(end, segment)]

    # the door

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        if not self.alive:
            return []
        end = self._end_of(datagram.source.host)
        if datagram.source.port == 500:
            found = end.ike.receive(datagram, now)
            self._learn(end)
            return found
        return self._receive_esp(end, datagram.payload, now)

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        for end in self.ends.values():
            if _due(end.lns.deadline(), now):
                found += self.say(end, end.lns.handle_timeout(now))
            for call, link in list(end.ppp.items()):
                if _due(link.deadline(), now):
                    found += self._frames(end, call, link.handle_timeout(now))
        return found

    def deadline(self) -> float | None:
        times = [end.lns.deadline() for end in self.ends.values()]
        times += [link.deadline() for link in self.links]
        found = min((time for time in times if time is not None), default=None)
        return found if self.alive else None

    def _end_of(self, gateway: bytes) -> End:
        if gateway not in self.ends:
            ike = Responder(self.here, gateway, self.psk, self._random, self.habits)
            lns = Lns(self._random, **self._lns)  # type: ignore[arg-type]  # knobs of the story
            self.ends[gateway] = End(gateway, ike, lns)
        return self.ends[gateway]

    def _learn(self, end: End) -> None:
        for pair in end.ike.pairs:
            if pair.spi_in not in end.sas:
                end.sas[pair.spi_in] = EspPair(pair, self._random)
                end.bytes_in = 0

    def _receive_esp(self, end: End, packet: bytes, now: float) -> list[Datagram]:
        pair = end.sas.get(packet[:4])
        if pair is None or end.bytes_in > self.limit:
            self.dropped += 1
            return []
        try:
            segment = pair.open(packet)
        except ValueError as error:
            self._errors.append(str(error))
            return []
        end.bytes_in += len(segment)
        source, target, length, _ = unpack_from("!HHHH", segment)
        if (source, target, length) != (PORT, end.own_port, len(segment)):
            self._errors.append(f"UDP {source} to {target}, {length} of {len(segment)} bytes")
        found = self.say(end, end.lns.receive(segment[8:], now))
        found += self._look_at_calls(end, now)
        frames, end.lns.frames = end.lns.frames, []
        for call, frame in frames:
            if call in end.ppp:  # or it has come before its ICCN, which is under way still
                found += self._frames(end, call, end.ppp[call].receive(frame, now))
        return found

    def _look_at_calls(self, end: End, now: float) -> list[Datagram]:
        living = {call.call for call in end.lns.calls if call.up}
        for call in living - set(end.ppp):
            self.calls_made += 1
            end.ppp[call] = self.ppp(self.calls_made)
            end.ppp[call].due = now + STARTING
        end.ppp = {call: link for call, link in end.ppp.items() if call in living}
        return []

    def _frames(self, end: End, call: int, frames: Iterable[bytes]) -> list[Datagram]:
        return [
            each
            for frame in frames
            for message in end.lns.send_frame(call, frame)
            for each in self.say(end, [message])
        ]

    def _seal(self, end: End, segment: bytes) -> list[Datagram]:
        if not end.ike.pairs:
            return []
        packet = end.sas[end.ike.pairs[-1].spi_in].seal(segment)
        return [Datagram(Endpoint(self.here, 0), Endpoint(end.gateway, 0), packet)]


def _due(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
