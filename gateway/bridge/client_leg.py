"""The leg towards one client: its security associations, its L2TP, and where it is to be found.

A leg outlives both phases of IKE: whoever proves to be the same client from the same endpoint gets
the leg that is there, so that a rekey never touches L2TP or PPP.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.bridge.acquaintance import Acquaintance, Heard
from gateway.bridge.classify import NON_IKE_MARKER, PORT_IKE, PORT_L2TP, PORT_NATT, Kind
from gateway.bridge.mtu import largest_mru
from gateway.bridge.place import Place
from gateway.bridge.recorder import Recorder
from gateway.bridge.traffic import Traffic
from gateway.esp.errors import Drop as EspDrop
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import find_suite
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.l2tp.events import L2tpEvent, Send
from gateway.l2tp.machine import Lns
from gateway.outputs import Fact, Output, SendIp, What
from gateway.paths import SendL2tp
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Endpoint, build_udp

LONGEST_IDLE = 28800.0  # seconds: as long as Windows' main mode lives (CLIENTS, 2)
NOTED_EVERY = 1.0  # seconds between two times that L2TP and IKE are told that the client lives
L2TP_WITHIN = 10.0  # seconds after its keys in which a client begins L2TP, if it ever does

# The client's name, what it calls itself in IKE, and where IKE comes from.
LegKey = tuple[str, str, Endpoint]

# How ESP is carried; by the marker that was agreed on, our port, and the bytes before ESP.
CARRIERS: Final = (Kind.ESP_IN_UDP, Kind.ESP, Kind.ESP_ON_500)
BY_MARKER: Final[dict[int, Kind]] = {0: Kind.ESP, 4: Kind.ESP_IN_UDP, 8: Kind.ESP_ON_500}
OWN_PORT: Final[dict[Kind, int]] = {Kind.ESP_IN_UDP: PORT_NATT, Kind.ESP_ON_500: PORT_IKE}
BEFORE_ESP: Final[dict[Kind, int]] = {
    Kind.ESP: 0,
    Kind.ESP_IN_UDP: UDP_HEADER,
    Kind.ESP_ON_500: UDP_HEADER + len(NON_IKE_MARKER),
}
_PLAIN, _ON_500 = Kind.ESP, Kind.ESP_ON_500  # the road does not look them up in their class


@dataclass(slots=True)
class Pair:
    """The two security associations of one quick mode, and who negotiated them."""

    ike_sa: int
    suite: str
    inbound: Inbound
    outbound: Outbound
    carrier: Kind  # one of `CARRIERS`
    confirmed: bool = False  # the client has shown that it has them too
    retired: bool = False  # deleted: still heard for a while, never used to send
    keymat_in: bytes = field(default=b"", repr=False)
    keymat_out: bytes = field(default=b"", repr=False)
    until: float = float("inf")  # when its lifetime ends, seconds on the caller's clock
    held_by: int = 0  # the number by which the kernel has its leg; 0: the pair is ours alone
    by_words: bool = False  # it is a worker that has it, and what it has counted is in words


@dataclass(slots=True)
class Counters:
    """What did not get through, by reason, since the leg exists."""

    by_reason: dict[str, int] = field(default_factory=dict)

    def count(self, reason: str) -> None:
        self.by_reason[reason] = self.by_reason.get(reason, 0) + 1

    def total(self) -> int:
        return sum(self.by_reason.values())


class Track(Protocol):
    """The kernel carries this leg, and wants to be told when something of it changes."""

    number: int

    def changed(self) -> None: ...


class ClientLeg:
    """One client machine as seen through its ESP."""

    def __init__(
        self,
        dial: int,
        began: float,
        client: str,
        identity: str,
        local: Endpoint,
        place: Place,
        lns: Lns,
    ) -> None:
        self.dial = dial
        self.began: float | None = began  # when the dial under way began, until it has a session
        self.client = client
        self.identity = identity
        self.local = local
        self.place = place
        self.lns = lns
        self.client_port = PORT_L2TP
        self.peer_tunnels: dict[int, int] = {}  # by our tunnel id
        self.pairs: dict[int, Pair] = {}  # by our SPI
        self.phases: set[int] = set()  # IKE's handles of those that live
        self.current: Pair | None = None  # the one that sends
        self.drops = Counters()
        self.carried = Traffic()  # by keys that are gone; all legs of a gateway share one
        self.way = b""  # hosts and source port of its newest packet, as they were on the wire
        self.noted = float("-inf")  # when L2TP and IKE were last told that the client lives
        self.who = Acquaintance()
        self.recorder: Recorder | None = None  # while what is said inside is written down
        self.idle_since: float | None = None  # no keys, but a main mode: it may make new ones
        self.ike_suite = self.natt = ""
        self.quiet_at: float | None = None  # when to tell that no L2TP came
        self.old_key = False  # its newest keys came by the key it had before
        self.contact: tuple[int, float] | None = None  # INITIAL-CONTACT: in which phase 1, and when
        self.elders: list[ClientLeg] = []  # of which this may be the continuation: see kin.py
        self.heir: ClientLeg | None = None  # which may be the continuation of this
        self.track: Track | None = None  # there while the kernel carries it
        self.why_user = ""  # why it is not to be tried again
        self.scheduled: float | None = None  # for Timers

    def changed(self) -> None:
        """Pairs, place or what sends are others now."""
        if self.track is not None:
            self.track.changed()

    @property
    def peer(self) -> Endpoint:
        """Where IKE comes from, by which the client is known."""
        return self.place.ike

    @property
    def key(self) -> LegKey:
        return self.client, self.identity, self.place.ike

    def add_pair(self, pair: Pair, client_port: int) -> None:
        """A quick mode has given new keys; they are heard at once and send when confirmed."""
        self.pairs[pair.inbound.spi] = pair
        self.client_port = client_port or PORT_L2TP
        if self.current is None:
            self.current = pair
        self.changed()

    def confirm(self, spi: int) -> None:
        """The client has the pair of our `spi`: it sends from now on."""
        pair = self.pairs.get(spi)
        if pair is not None and not pair.retired and not pair.confirmed:
            pair.confirmed = True
            self.current = pair
            self.changed()

    def retire_pair(self, spi: int) -> None:
        """The pair was deleted or is too old: the newest that is left sends from now on."""
        pair = self.pairs.get(spi)
        if pair is None or pair.retired:
            return
        pair.retired = True
        if self.current is pair:
            living = [other for other in self.pairs.values() if not other.retired]
            confirmed = [other for other in living if other.confirmed]
            self.current = next(reversed(confirmed or living), None)
        self.changed()

    def forget_pair(self, spi: int) -> None:
        """Not even heard any more."""
        self.retire_pair(spi)
        gone = self.pairs.pop(spi, None)
        if gone is not None:
            self.carried.keep((gone.inbound, gone.outbound))
        self.changed()

    def rest(self, now: float) -> bool:
        """The last pair has ended; whether that is idleness, in which L2TP waits for it."""
        idle = self.current is None and bool(self.phases) and self.lns.steady
        if idle and self.idle_since is None:
            self.idle_since = now
            self.lns.pause()
            return True
        return False

    def wake(self, now: float) -> None:
        """There are keys again, or nothing is left that could bring them."""
        if self.idle_since is not None:
            self.idle_since = None
            self.lns.resume(now)

    def largest_mru(self, mtu: int, native: bool = False, inside_header: int = 0) -> int:
        """The MRU with which nothing fragments on an outside link of `mtu` bytes.

        `native`: it goes on to a server that speaks L2TP/IPsec; `inside_header`: with so many bytes
        more.
        """
        if self.current is None:
            raise ValueError("a call without a security association to come through")
        block = find_suite(self.current.suite).cipher.block
        return largest_mru(mtu, block, BEFORE_ESP[self.current.carrier], native, inside_header)

    def expect_l2tp(self, now: float) -> float | None:
        """A dial has its keys, and an SCCRQ comes next: when to tell that none has come."""
        if self.began is None or self.quiet_at is not None or not self.lns.idle:
            return None
        self.quiet_at = now + L2TP_WITHIN
        return self.quiet_at

    def tell_silence(self, due: float) -> list[Output]:
        """That no L2TP has come until `due`, if that is so; told once a dial."""
        if self.quiet_at != due:
            return []
        self.quiet_at = None
        packets = sum(pair.inbound.packets for pair in self.pairs.values())
        details = {
            "where": "l2tp",
            "seconds": f"{L2TP_WITHIN:.0f}",
            "packets": str(packets),
            "detail": f"{packets} packets came under them" if packets else "no packet came either",
        }
        return [Fact(What.SILENCE, self.dial, str(self.peer), details)]

    def deadline(self) -> float | None:
        """When L2TP wants attention, or the client has been idle too long."""
        return self.lns.deadline() if self.idle_since is None else self.idle_since + LONGEST_IDLE

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        """Who is idle too long is asked by L2TP whether it is there, and so found to be gone."""
        if self.idle_since is not None and now >= self.idle_since + LONGEST_IDLE:
            self.wake(now)
        return self.lns.handle_timeout(now)

    @property
    def machine(self) -> tuple[str, str]:
        """Who dials here: several machines may have one name, and behind NATs one identity."""
        return self.client, self.identity

    @property
    def handles(self) -> set[int]:
        """IKE's handles of its phases, and of those that made its pairs and are over."""
        return self.phases | {pair.ike_sa for pair in self.pairs.values()}

    @property
    def is_empty(self) -> bool:
        """No keys, and no tunnel."""
        return not self.pairs and self.lns.idle

    def learn(self, event: Heard) -> list[Fact]:
        """What L2TP or PPP shows of who is there, if that is news."""
        return [self.who.fact(self.dial, str(self.peer))] if self.who.hear(event) else []

    def hear(self, message: bytes, now: float) -> list[L2tpEvent]:
        """One control message of L2TP."""
        self.quiet_at = None
        self.record("l2tp", message, now, by_client=True)
        return self.lns.receive(message, now)

    def record(self, layer: str, data: bytes, now: float, *, by_client: bool) -> None:
        """What is said inside, for a recording if there is one."""
        if self.recorder is not None:
            self.recorder.inside(self.dial, layer, data, now, by_client=by_client)

    def carry(self, events: list[L2tpEvent]) -> list[Output]:
        """What L2TP wants sent; its other events only echo what we asked for ourselves."""
        found: list[Output] = []
        for event in events:
            if isinstance(event, Send):
                packets = [self.seal(event.message), *self._also(event.message)]
                found += [packet for packet in packets if packet is not None]
        return found

    def _also(self, message: bytes) -> list[SendIp | SendL2tp | None]:
        """The same where the client may be by now: what it answers will tell.

        By the keys of an heir, if it has these; and to where IKE is, if that has moved alone.
        """
        found: list[SendIp | SendL2tp | None] = []
        if self.heir is not None and self.heir.current is not None:
            found += [self.heir.seal(message)] if self.heir.current.confirmed else []
        if self.place.doubtful and not self.place.separate and self.track is None:
            found.append(self.seal(message, self.place.ike))
        return found

    def send_frame(self, call: int, frame: bytes) -> SendIp | SendL2tp | None:
        """Road: the packet that carries a PPP frame to the client, or None (counted)."""
        message = self.lns.seal_data(call, frame)
        if isinstance(message, L2tpDrop):
            self.drops.count(message.name.lower())
            return None
        return self.seal(message)

    def seal(self, message: bytes, there: Endpoint | None = None) -> SendIp | SendL2tp | None:
        """Road: an L2TP message as the packet that goes out, or None (counted).

        `there` is where to, if not to where the client's ESP comes from.
        """
        pair = self.current
        if pair is None:
            self.drops.count("no_sa")
            return None
        if self.track is not None:
            return SendL2tp(self.track.number, message)
        if pair.held_by:
            self.drops.count("handover")  # how far the kernel has counted is not known yet
            return None
        sealed = pair.outbound.seal(build_udp(PORT_L2TP, self.client_port, message))
        if isinstance(sealed, EspDrop):
            self.drops.count(sealed.name.lower())
            return None
        there, carrier = there or self.place.esp, pair.carrier
        if carrier is _PLAIN:
            return SendIp(build_ipv4(self.local.host, there.host, PROTOCOL_ESP, sealed))
        if carrier is _ON_500:
            segment = build_udp(PORT_IKE, there.port, NON_IKE_MARKER + sealed)
        else:
            segment = build_udp(PORT_NATT, there.port, sealed)
        return SendIp(build_ipv4(self.local.host, there.host, PROTOCOL_UDP, segment))
