"""All trunks towards native servers: which one a call takes, and which one a packet is for.

What comes here has come in from inside (`daemon.py` sees to that), never from a client. Even so a
packet must have the two addresses of its trunk, and be made with its keys.
"""

from collections.abc import Callable, Container, Sequence
from struct import Struct
from typing import Final

from gateway.bridge.classify import PORT_IKE, Kind, classify, ike_datagram
from gateway.bridge.client_leg import Counters
from gateway.bridge.trunk import PORT_L2TP, Item, Leg, Trunk, plain
from gateway.bridge.trunk_keys import Keyring
from gateway.bridge.trunk_states import State
from gateway.control.config import Route
from gateway.esp import events as esp
from gateway.esp.errors import Drop as EspDrop
from gateway.esp.machine import SaTable
from gateway.ike.initiator import AskPolicy, Initiator
from gateway.ike.initiator_proof import PskProof
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.l2tp.lac import Lac
from gateway.outputs import Output
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Endpoint

WAY = slice(12, 20)  # of an IPv4 header: the hosts it is from and to
SOFT_SHARE: Final = 0.6  # of a pair's lifetime, after which we renew it: the server may count more
LOOK_EVERY: Final = 0.5  # seconds between two looks at the byte counters
HELLO: Final = 15.0  # seconds of silence before a server is asked: it knows no dead peer detection

Place = tuple[bytes, bytes]  # our host and the server's
# Whose packet it was, what follows from it, and a frame with the leg it is for.
Received = tuple[Trunk | None, Sequence[Item], Leg | None, bytes]
NOTHING: Final[Received] = (None, (), None, b"")
_PORTS = Struct("!HHH")


class Trunks:
    """By both addresses. `hello`: seconds of silence before a server is asked by L2TP."""

    def __init__(self, random: Callable[[int], bytes], hello: float) -> None:
        self.hello = hello
        self.drops = Counters()
        self.by_place: dict[Place, Trunk] = {}
        self.changed: Callable[[Trunk], None] = _nobody_carries  # told of each with other keys
        self.taken_tunnels: Container[int] = ()  # ids by which the kernel has tunnels
        self.ring = Keyring(SaTable(random, SOFT_SHARE, LOOK_EVERY))
        self.scheduled: float | None = None  # for Timers
        self._random = random

    # which one a call takes

    def take(
        self, route: Route, server: Endpoint, address: bytes, now: float
    ) -> tuple[Trunk | None, list[Output]]:
        """The trunk for one more call to `server`; None if the pool has no address left.

        `address` is the gateway's own inside.
        """
        alone = route.tunnels == "each"
        local = self._free(route.pool, server) if alone else address
        if local is None:
            return None, []
        found: list[Output] = []
        trunk = self.by_place.get((local, server.host))
        if trunk is not None and not trunk.takes_calls:
            found = plain(trunk.finish(now))
            self.tidy(trunk)
            trunk = None
        if trunk is None:
            asking = Initiator(
                self.policy(route, server),
                Endpoint(local, PORT_IKE),
                Endpoint(server.host, PORT_IKE),
                self._random,
            )
            hello = min(self.hello, HELLO)
            lac = Lac("postern", self._random, hello=hello, taken=self.taken_tunnels)
            trunk = Trunk(local, server, asking, lac, self.ring, alone, self.changed)
            self.by_place[local, server.host] = trunk
        return trunk, found

    def policy(self, route: Route, server: Endpoint) -> AskPolicy:
        """What is offered to the server, and what it took before."""
        return AskPolicy(
            name=route.name,
            proof=PskProof(route.psk),
            ike_suites=route.ike,
            esp_suites=route.esp,
            server_port=self.ring.ports.get(server.host, PORT_L2TP),
        )

    def keep(self, servers: set[bytes]) -> None:
        """What was learnt of others is forgotten."""
        self.ring.ports = {host: port for host, port in self.ring.ports.items() if host in servers}

    def tidy(self, trunk: Trunk) -> None:
        """Out of the table once nothing is left of it."""
        place = trunk.local, trunk.server.host
        if trunk.state is State.GONE and self.by_place.get(place) is trunk:
            del self.by_place[place]

    def _free(self, pool: tuple[bytes, ...], server: Endpoint) -> bytes | None:
        return next((host for host in pool if (host, server.host) not in self.by_place), None)

    # the door

    def receive(self, packet: bytes, now: float) -> Received:
        """One IPv4 packet from inside."""
        kind, start, end = classify(packet)
        if kind is Kind.ESP:
            return self._receive_esp(packet, start, end, now)
        if kind is Kind.IKE:
            datagram = ike_datagram(packet, start, end)
            trunk = self.by_place.get((datagram.target.host, datagram.source.host))
            if trunk is not None and datagram.source.port == PORT_IKE:
                return trunk, trunk.receive_ike(datagram, now), None, b""
        self.drops.count("not_for_us")
        return NOTHING

    def _receive_esp(self, packet: bytes, start: int, end: int, now: float) -> Received:
        opened = self.ring.sas.open(packet, start, end, now)
        if isinstance(opened, EspDrop):
            return NOTHING  # counted there
        inbound, segment = opened
        trunk, pair = self.ring.by_spi[inbound.spi]
        if packet[WAY] != trunk.server.host + trunk.local:
            self.drops.count("other_server")
            return NOTHING
        items: Sequence[Item] = ()
        if not (trunk.keys.settled and pair.confirmed):
            items = trunk.heard(pair, now)
        trunk.note_alive(pair, now)
        if len(segment) <= UDP_HEADER:
            trunk.drops.count("not_l2tp")
            return trunk, items, None, b""
        port, target, length = _PORTS.unpack_from(segment)
        if target != PORT_L2TP or length > len(segment):
            trunk.drops.count("not_l2tp")
            return trunk, items, None, b""
        message = segment[UDP_HEADER:length]
        if segment[UDP_HEADER] & 0x80:
            return trunk, [*items, *trunk.receive_l2tp(message, port, now)], None, b""
        return self.receive_data(trunk, message, items)

    def receive_data(self, trunk: Trunk, message: bytes, items: Sequence[Item]) -> Received:
        opened = trunk.lac.open_data(message)
        if isinstance(opened, L2tpDrop):
            trunk.drops.count(opened.name.lower())
            return trunk, items, None, b""
        call, frame = opened
        leg = trunk.legs.get(call)
        if leg is None:
            trunk.drops.count("unknown_call")
        return trunk, items, leg, frame

    # time and ends

    def deadline(self) -> float | None:
        """Of the security associations; each trunk has its own besides."""
        return self.ring.sas.deadline()

    def handle_timeout(self, now: float) -> list[tuple[Trunk, list[Item]]]:
        """Pairs that have to be renewed, are used up, or are not heard any more."""
        found: list[tuple[Trunk, list[Item]]] = []
        for event in self.ring.sas.handle_timeout(now):
            if event.spi not in self.ring.by_spi:
                continue
            trunk, pair = self.ring.by_spi[event.spi]
            match event:
                case esp.NearEnd() if trunk.keys.current is pair:
                    found.append((trunk, trunk.renew(now)))
                case esp.Ended(spi):
                    found.append((trunk, trunk.expire(spi, now)))
                case esp.Removed(spi):
                    trunk.keys.forget([spi])
        return found

    def close_all(self, now: float) -> list[tuple[Trunk, list[Item]]]:
        """The gateway is being stopped."""
        return [(trunk, trunk.close(now)) for trunk in list(self.by_place.values())]

    def counters(self) -> dict[str, int]:
        """What was dropped, by reason."""
        found = {f"inside_{name}": count for name, count in self.drops.by_reason.items()}
        for reason in EspDrop:
            found[f"inside_esp_{reason.name.lower()}"] = self.ring.sas.drops[reason]
        return found


def _nobody_carries(trunk: Trunk) -> None:
    """The kernel has nothing of it."""
