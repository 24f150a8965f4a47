"""The leg towards one client: its security associations, its L2TP, and where it is to be found.

A leg outlives both phases of IKE: whoever proves to be the same client from the same endpoint gets
the leg that is there, so that a rekey never touches L2TP or PPP.
"""

from dataclasses import dataclass, field

from gateway.bridge.classify import PORT_NATT
from gateway.esp.errors import Drop as EspDrop
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.l2tp.events import L2tpEvent, Send
from gateway.l2tp.machine import Lns
from gateway.outputs import Fact, Output, SendIp, What
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Endpoint, build_udp

PORT_L2TP = 1701
NOTED_EVERY = 1.0  # seconds between two times that L2TP and IKE are told that the client lives
L2TP_WITHIN = 10.0  # seconds after its keys in which a client begins L2TP, if it ever does

LegKey = tuple[str, Endpoint]  # the client's name and its outside endpoint


@dataclass(slots=True)
class Pair:
    """The two security associations of one quick mode, and who negotiated them."""

    ike_sa: int
    suite: str
    inbound: Inbound
    outbound: Outbound
    in_udp: bool  # ESP in UDP 4500, else protocol 50
    confirmed: bool = False  # the client has shown that it has them too
    retired: bool = False  # deleted: still heard for a while, never used to send
    keymat_in: bytes = field(default=b"", repr=False)  # for whoever traces this client
    keymat_out: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Counters:
    """What did not get through, by reason, since the leg exists."""

    by_reason: dict[str, int] = field(default_factory=dict)

    def count(self, reason: str) -> None:
        self.by_reason[reason] = self.by_reason.get(reason, 0) + 1

    def total(self) -> int:
        return sum(self.by_reason.values())


class ClientLeg:
    """One client machine as seen through its ESP."""

    def __init__(
        self,
        dial: int,
        began: float,
        client: str,
        local: Endpoint,
        peer: Endpoint,
        lns: Lns,
    ) -> None:
        self.dial = dial
        self.began: float | None = began  # when the dial under way began, until it has a session
        self.client = client
        self.local = local
        self.peer = peer
        self.lns = lns
        self.client_port = PORT_L2TP
        self.peer_tunnels: dict[int, int] = {}  # by our tunnel id
        self.pairs: dict[int, Pair] = {}  # by our SPI
        self.phases: set[int] = set()  # IKE's handles of those that live
        self.current: Pair | None = None  # the one that sends
        self.drops = Counters()
        self.way = b""  # hosts and source port of its newest packet, as they were on the wire
        self.noted = float("-inf")  # when L2TP and IKE were last told that the client lives
        self.identity = self.ike_suite = self.natt = ""
        self.quiet_at: float | None = None  # when to tell that no L2TP came
        self.old_key = False  # its newest keys came by the key it had before
        self.scheduled: float | None = None  # for Timers

    @property
    def key(self) -> LegKey:
        return self.client, self.peer

    def add_pair(self, pair: Pair, client_port: int) -> None:
        """A quick mode has given new keys; they are heard at once and send when confirmed."""
        self.pairs[pair.inbound.spi] = pair
        self.client_port = client_port or PORT_L2TP
        if self.current is None:
            self.current = pair

    def confirm(self, spi: int) -> None:
        """The client has the pair of our `spi`: it sends from now on."""
        pair = self.pairs.get(spi)
        if pair is not None and not pair.retired and not pair.confirmed:
            pair.confirmed = True
            self.current = pair

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

    def forget_pair(self, spi: int) -> None:
        """Not even heard any more."""
        self.retire_pair(spi)
        self.pairs.pop(spi, None)

    def expect_l2tp(self, now: float) -> float | None:
        """A dial has its keys, and an SCCRQ comes next: when to tell that none has come."""
        if self.began is None or self.quiet_at is not None or not self.lns.idle:
            return None
        self.quiet_at = now + L2TP_WITHIN
        return self.quiet_at

    def hear(self, message: bytes, now: float) -> list[L2tpEvent]:
        """A control message of L2TP."""
        self.quiet_at = None
        return self.lns.receive(message, now)

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
        """When L2TP wants attention."""
        return self.lns.deadline()

    @property
    def is_empty(self) -> bool:
        """No keys, and no tunnel."""
        return not self.pairs and self.lns.idle

    def carry(self, events: list[L2tpEvent]) -> list[Output]:
        """What L2TP wants sent; its other events only echo what we asked for ourselves."""
        found: list[Output] = []
        for event in events:
            if isinstance(event, Send):
                packet = self.seal(event.message)
                found += [] if packet is None else [packet]
        return found

    def send_frame(self, call: int, frame: bytes) -> SendIp | None:
        """Road: the packet that carries a PPP frame to the client, or None (counted)."""
        message = self.lns.seal_data(call, frame)
        if isinstance(message, L2tpDrop):
            self.drops.count(message.name.lower())
            return None
        return self.seal(message)

    def seal(self, message: bytes) -> SendIp | None:
        """Road: an L2TP message as the packet that goes out, or None (counted)."""
        pair = self.current
        if pair is None:
            self.drops.count("no_sa")
            return None
        sealed = pair.outbound.seal(build_udp(PORT_L2TP, self.client_port, message))
        if isinstance(sealed, EspDrop):
            self.drops.count(sealed.name.lower())
            return None
        if pair.in_udp:
            segment = build_udp(PORT_NATT, self.peer.port, sealed)
            return SendIp(build_ipv4(self.local.host, self.peer.host, PROTOCOL_UDP, segment))
        return SendIp(build_ipv4(self.local.host, self.peer.host, PROTOCOL_ESP, sealed))
