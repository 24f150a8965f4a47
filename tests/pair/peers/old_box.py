"""An old machine with its user: dials, renews its keys by time and volume, falls idle, hangs up.

`L2tpIpsecClient` speaks; this is what the machine does by itself as time goes by, as far as
CLIENTS.md tells it of a kind. Nothing here is done at a test's word but what a user does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.wire.udp import Datagram
from tests.pair.peers.esp_pair import EspPair
from tests.pair.peers.ike_profiles import Profile
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.l2tp_lac import Profile as LacProfile
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.ppp_windows import Habits, WindowsPpp

SHARE = 0.9  # of a lifetime, after which a client renews it: nobody has told when Windows does
KILOBYTE = 1000  # bytes; what Windows counts is not known, and the smaller one is the earlier
IDLE_AFTER = 300.0  # seconds (SAIdleTimer, KB923339)
KEEPALIVE_EVERY = 20.0  # seconds (RFC 3948, 4)
KEYS_AFTER = 4.0  # seconds between the StopCCN and the deletes (pfSense's log)
LONG = float("inf")


@dataclass(frozen=True)
class Kind:
    """One kind of machine: what its layers say, and what it does by itself."""

    name: str  # of control's SYSTEMS: who it should be taken for
    ike: Profile
    lac: LacProfile
    ppp: Habits
    certain: str = "likely"  # how sure the gateway can be of it, once PPP is up
    natt: bool = True  # it gets through a NAT
    keepalive: bool = True  # it holds its NAT's mapping open
    falls_idle: bool = True  # it deletes a pair that nothing has used for 300 s
    says_goodbye: bool = True  # L2TP is told before the keys go
    checksum: int = 0xBAD1  # of the UDP inside ESP: over its private address, so wrong; or none: 0


class OldBox(L2tpIpsecClient):
    """A machine of one kind. `send` is what its user has to send."""

    def __init__(
        self,
        kind: Kind,
        here: bytes,
        gateway: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
        ppp: PppEnd | None = None,
    ) -> None:
        own = ppp or WindowsPpp(magic=random(4), habits=kind.ppp)
        super().__init__(kind.ike, here, gateway, psk, random, own, kind.lac)
        self.kind = kind
        self.checksum = kind.checksum
        self.rekeys = self.phase1_rekeys = self.idled = 0
        self.minds_its_keys = True  # False: it renews nothing
        self.bytes_by_spi: dict[bytes, int] = {}
        self._made: dict[bytes, float] = {}  # when a pair or a phase 1 stood, by SPI or cookie
        self._used = self._kept = 0.0
        self._waiting: list[bytes] = []  # frames for which there are no keys
        self._drop_at: float | None = None
        self._asking: set[bytes] = set()  # what is being renewed
        self._on_demand = False

    @property
    def errors(self) -> list[str]:
        return super().errors + (self.ppp.errors if isinstance(self.ppp, WindowsPpp) else [])

    # what the user does

    def send(self, protocol: int, payload: bytes, now: float) -> list[Datagram]:
        """A frame; without keys, first new ones."""
        frame = self.ppp.say(protocol, payload)
        if self.newest() is not None:
            self._used = now
            return self.send_frame(frame) + self._by_volume(now)
        self._waiting.append(frame)
        if self._on_demand:
            return []
        self._on_demand = True
        return self.rekey_pair(now) if self._main_mode_stands() else self.dial(now)

    def leave(self, now: float) -> list[Datagram]:
        """The user hangs up: PPP, L2TP, and the keys a little later."""
        frames = [each for frame in self.ppp.hang_up() for each in self.send_frame(frame)]
        self._drop_at = now + (KEYS_AFTER if self.kind.says_goodbye else 0.0)
        return frames + (self.hang_up(now) if self.kind.says_goodbye else [])

    def dial_again(self, now: float) -> list[Datagram]:
        """After a hang-up: from the beginning, with nothing left of before."""
        left = [] if self._drop_at is None else self._drop_keys(now)
        self._dialled = self._ppp_begun = False
        self.ppp = WindowsPpp(magic=self._random(4), habits=self.kind.ppp)
        return left + self.dial(now)

    # what it does by itself

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        found = super().receive(datagram, now)
        self._note(now)
        if self._waiting and self.newest() is not None:
            frames, self._waiting = self._waiting, []
            self._on_demand = False
            if self.lac.calls:
                found += [each for frame in frames for each in self.send_frame(frame)]
        return found + self._by_volume(now)

    def deadline(self) -> float | None:
        own = [when for when, _ in self._plans()]
        inherited = super().deadline()
        times = own if inherited is None else [*own, inherited]
        return min(times, default=None) if self.alive else None

    def handle_timeout(self, now: float) -> list[Datagram]:
        found = super().handle_timeout(now)
        for when, act in self._plans():
            if when <= now:
                found += act(now)
        return found

    def _plans(self) -> list[tuple[float, Callable[[float], list[Datagram]]]]:
        """When it does what next."""
        plans: list[tuple[float, Callable[[float], list[Datagram]]]] = []
        if self._drop_at is not None:
            return [(self._drop_at, self._drop_keys)]
        newest = self.newest()
        if newest is not None:
            spi = newest.spi_in
            if spi not in self._asking and self.minds_its_keys:
                life = SHARE * self.ike.profile.pair_life
                plans.append((self._made.get(spi, LONG) + life, self._renew))
            if self.kind.falls_idle:
                plans.append((self._used + IDLE_AFTER, self._fall_idle))
        if self._main_mode_stands() and self.minds_its_keys:
            phase1 = self.ike.phase1
            if phase1.cookie_i not in self._asking:
                life = SHARE * self.ike.profile.phase1_life
                plans.append((self._made.get(phase1.cookie_i, LONG) + life, self._renew_phase1))
            if self.kind.keepalive and (phase1.floated or (newest is not None and newest.in_udp)):
                plans.append((self._kept + KEEPALIVE_EVERY, self._keep_alive))
        return plans

    def _main_mode_stands(self) -> bool:
        return any(not phase1.step for phase1 in self.ike.phase1s)

    def _note(self, now: float) -> None:
        """What has come to stand."""
        for pair in self.ike.pairs:
            if self._made.setdefault(pair.spi_in, now) == now:
                self._used = now
        for phase1 in self.ike.phase1s:
            if not phase1.step:
                self._made.setdefault(phase1.cookie_i, now)

    def _renew(self, now: float) -> list[Datagram]:
        newest = self.newest()
        assert newest is not None
        self._asking.add(newest.spi_in)
        self.rekeys += 1
        return self.rekey_pair(now)

    def _renew_phase1(self, now: float) -> list[Datagram]:
        self._asking.add(self.ike.phase1.cookie_i)
        self.phase1_rekeys += 1
        return self.rekey_phase1(now)

    def _by_volume(self, now: float) -> list[Datagram]:
        newest = self.newest()
        if newest is None or newest.spi_in in self._asking or not self.minds_its_keys:
            return []
        used = max(self.bytes_by_spi.get(spi, 0) for spi in (newest.spi_in, newest.spi_out))
        limit = SHARE * KILOBYTE * self.ike.profile.pair_kilobytes
        return self._renew(now) if used >= limit else []

    def _fall_idle(self, now: float) -> list[Datagram]:
        self.idled += 1
        return self.ike._drop(list(self.ike.pairs))

    def _keep_alive(self, now: float) -> list[Datagram]:
        self._kept = now
        return self.keepalive()

    def _receive_esp(self, packet: bytes, now: float) -> list[Datagram]:
        self._used = now
        self._count(packet)
        return super()._receive_esp(packet, now)

    def _count(self, packet: bytes) -> None:
        spi = packet[:4]
        self.bytes_by_spi[spi] = self.bytes_by_spi.get(spi, 0) + len(packet)

    def _drop_keys(self, now: float) -> list[Datagram]:
        self._drop_at = None
        found = self.drop_keys()
        self.ike.phase1s.clear()
        return found

    def _datagram(self, pair: EspPair, packet: bytes) -> Datagram:
        self._count(packet)
        return super()._datagram(pair, packet)
