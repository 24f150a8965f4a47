"""A whole old client: the scripted initiator, ESP, LAC and PPP end, one on top of the other.

`dial` does what the user's double click did: IKE, then L2TP once there are keys, then PPP once the
call is up. Nothing of `gateway` but the wire room is used.
"""

from collections.abc import Callable, Iterable
from struct import pack, unpack_from

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers.esp_pair import EspPair
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import Profile
from tests.pair.peers.l2tp_lac import WINDOWS_2000, Lac
from tests.pair.peers.l2tp_lac import Profile as LacProfile
from tests.pair.peers.ppp_end import PppEnd

PORT = 1701
MARKER = bytes(4)
NON_IKE_MARKER = bytes(8)  # before ESP on port 500, in drafts 00 and 01


class L2tpIpsecClient:
    """`alive` False: the machine is frozen, hears nothing and has no timers."""

    def __init__(
        self,
        profile: Profile,
        here: bytes,
        gateway: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
        ppp: PppEnd | None = None,
        lac: LacProfile = WINDOWS_2000,
    ) -> None:
        self.here, self.gateway = here, gateway
        self.ike = Initiator(profile, here, gateway, psk, random)
        self.lac = Lac(Endpoint(here, PORT), Endpoint(gateway, PORT), lac, random)
        self.ppp = ppp or PppEnd(magic=random(4))
        self.sas: dict[bytes, EspPair] = {}  # by the SPI that comes in, also of old ones
        self.packets: list[bytes] = []  # ESP packets as they went out
        self.heard = 0  # ESP packets that came and were right
        self.alive = True
        self.dials_l2tp = True
        self.checksum = 0xBAD1  # of the UDP inside: wrong behind a NAT (RFC 3948, 3.1.2), or none
        self._errors: list[str] = []
        self._random = random
        self._dialled = self._ppp_begun = False

    @property
    def up(self) -> bool:
        return self.lac.up and self.ppp.up

    @property
    def call(self) -> int:
        """Our id of the one call there is."""
        return next(iter(self.lac.calls))

    @property
    def errors(self) -> list[str]:
        return self._errors + self.ike.errors + self.lac.errors

    def dial(self, now: float) -> list[Datagram]:
        return self.ike.dial(now)

    def redial_l2tp(self, now: float) -> list[Datagram]:
        """The program is started again while the security associations stand."""
        self._ppp_begun = False
        self.ppp = PppEnd(self._random(4))
        return self._wrap(self.lac.dial(now))

    def rekey_pair(self, now: float) -> list[Datagram]:
        return self.ike.rekey_pair(now)

    def rekey_phase1(self, now: float) -> list[Datagram]:
        return self.ike.rekey_phase1(now)

    def hang_up(self, now: float) -> list[Datagram]:
        """CDN and StopCCN first; `drop_keys` comes seconds later, as with Windows."""
        return self._wrap(self.lac.hang_up(now))

    def ask_alive(self, now: float) -> list[Datagram]:
        """L2TP's HELLO, as after a minute of silence."""
        return self._wrap(self.lac.ask_alive(now))

    def drop_keys(self) -> list[Datagram]:
        return self.ike.hang_up(0.0)

    def send_data(self, protocol: int, payload: bytes) -> list[Datagram]:
        return self.send_frame(self.ppp.say(protocol, payload))

    def send_frame(self, frame: bytes) -> list[Datagram]:
        return self._wrap(self.lac.send_frame(self.call, frame))

    def send_udp(self, segment: bytes) -> list[Datagram]:
        """Any UDP segment under the newest keys."""
        pair = self.newest()
        return [] if pair is None else [self._datagram(pair, pair.seal(segment))]

    def replay(self, packet: bytes) -> Datagram:
        """An ESP packet that went out before, once more."""
        return self._wrapped(next(iter(self.sas.values())), packet)

    def keepalive(self) -> list[Datagram]:
        """The byte that keeps a NAT's mapping alive (RFC 3948, 2.3)."""
        port = 4500 if self.ike.phase1.floated else 500
        return [Datagram(Endpoint(self.here, port), Endpoint(self.gateway, port), b"\xff")]

    def newest(self) -> EspPair | None:
        """What is sent by: the newest pair that IKE still has."""
        return self.sas[self.ike.pairs[-1].spi_in] if self.ike.pairs else None

    # the door

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        if not self.alive:
            return []
        port, data = datagram.source.port, datagram.payload
        if port == 0 or (port == 4500 and data[:4] != MARKER):
            return self._receive_esp(data, now)
        if port == 500 and data[:8] == NON_IKE_MARKER:
            return self._receive_esp(data[8:], now)
        found = self.ike.receive(datagram, now)
        for pair in self.ike.pairs:
            if pair.spi_in not in self.sas:
                self.sas[pair.spi_in] = EspPair(pair, self._random)
        if self.ike.up and self.dials_l2tp and not self._dialled:
            self._dialled = True
            found += self._wrap(self.lac.dial(now))
        return found

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        if _due(self.ike.deadline(), now):
            found += self.ike.handle_timeout(now)
        if _due(self.lac.deadline(), now):
            found += self._wrap(self.lac.handle_timeout(now))
        if _due(self.ppp.deadline(), now):
            found += self._frames(self.ppp.handle_timeout(now))
        return found

    def deadline(self) -> float | None:
        times = (self.ike.deadline(), self.lac.deadline(), self.ppp.deadline())
        found = min((time for time in times if time is not None), default=None)
        return found if self.alive else None

    def _receive_esp(self, packet: bytes, now: float) -> list[Datagram]:
        pair = self.sas.get(packet[:4])
        if pair is None:
            if packet != b"\xff":
                self._errors.append(f"ESP with the unknown SPI {packet[:4].hex()}")
            return []
        try:
            segment = pair.open(packet)
        except ValueError as error:
            self._errors.append(str(error))
            return []
        self.heard += 1
        source, target, length, _ = unpack_from("!HHHH", segment)
        if (source, target, length) != (PORT, PORT, len(segment)):
            self._errors.append(f"UDP {source} to {target}, {length} of {len(segment)} bytes")
        there = Endpoint(self.gateway, PORT)
        found = self._wrap(
            self.lac.receive(Datagram(there, Endpoint(self.here, PORT), segment[8:]), now)
        )
        frames, self.lac.frames = self.lac.frames, []
        for frame in frames:
            found += self._frames(self.ppp.receive(frame, now))
        if self.lac.up and not self._ppp_begun:
            self._ppp_begun = True
            found += self._frames(self.ppp.start(now))
        return found

    def _frames(self, frames: Iterable[bytes]) -> list[Datagram]:
        if not self.lac.up:
            return []
        return [each for frame in frames for each in self.send_frame(frame)]

    def _wrap(self, datagrams: Iterable[Datagram]) -> list[Datagram]:
        """L2TP in UDP, in ESP."""
        found = []
        for datagram in datagrams:
            head = pack("!HHHH", PORT, PORT, 8 + len(datagram.payload), self.checksum)
            found += self.send_udp(head + datagram.payload)
        return found

    def _datagram(self, pair: EspPair, packet: bytes) -> Datagram:
        self.packets.append(packet)
        return self._wrapped(pair, packet)

    def _wrapped(self, pair: EspPair, packet: bytes) -> Datagram:
        here, there = Endpoint(self.here, pair.port), Endpoint(self.gateway, pair.port)
        return Datagram(here, there, pair.marker + packet)


def _due(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
