"""The whole gateway on the virtual clock: old clients outside, PPTP servers inside, one net.

    world = meet()
    client = world.join(nat=Nat("203.0.113.7"))
    world.dial(client)
    assert client.up

What the gateway asks for is carried out here as the loop does it: packets go over the net, where
they are lost and reordered like all others; TCP is a stream that only takes its time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import heappop, heappush
from typing import Any

from gateway.bridge.gateway import Gateway
from gateway.control.config import Choice, Client, Config, Inside, Outside, Route
from gateway.control.limits import Limits
from gateway.control.users import Users
from gateway.outputs import (
    CloseTcp,
    Fact,
    Forget,
    Keep,
    OpenPppd,
    OpenTcp,
    Output,
    SendIp,
    SendTcp,
    What,
)
from gateway.paths import Abilities, GreHeard, PacketHeard, PathEvent
from gateway.system.loop import Core
from gateway.wire.ipv4 import (
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_UDP,
    build_ipv4,
    host_bytes,
    host_text,
    parse_ipv4,
)
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp, parse_udp
from tests.pair.memory import Memory
from tests.pair.nat import Nat
from tests.pair.net import DELAY, Net, seeded
from tests.pair.peers.ike_profiles import SAFENET_98, Profile
from tests.pair.peers.inside_server import InsideServer, Line
from tests.pair.peers.kernel import ABILITIES, Kernel, is_again
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.pppd import Pppd
from tests.pair.peers.workers import ABILITIES as WORKERS
from tests.pair.peers.workers import Workforce

OUTSIDE, INSIDE = "198.51.100.1", "192.0.2.1"
FRONT = "198.51.100.77"  # of a router that forwards the two UDP ports to us, and nothing else
SERVER, OTHER_SERVER = "192.0.2.20", "192.0.2.21"
NAT, CLIENT = "203.0.113.7", "192.168.1.2"
PSK = "a key only the two of us know"
LIMITS = Limits(
    half_open=256,
    half_open_per_source=32,
    half_open_seconds=30,
    sessions=1000,
    dpd_seconds=30,
    dpd_tries=5,
    hello_seconds=60,
)
TODAY = date(2026, 10, 4)
IKE, ESP = ("3des-sha1-modp1024",), ("3des-sha1", "aes128-sha1", "aes256-sha1")
NOBODY = Users()
CONNECT_WITHIN = 10.0  # seconds, as system/tcp.py has it
KEY = bytes(range(32))
CARRIER = "user"  # or "kernel", or "workers", for whole stories: see conftest.py
TCP_WORDS = {"refused": "connection refused", "silent": "no answer within 10 s"}

Step = Callable[[float], list[Output]]


def client_entry(name: str = "old-pc", psk: str = PSK, **changes: Any) -> Client:
    usual: dict[str, Any] = {"ike": IKE, "esp": ESP, "route": "nt4"}
    return Client(name=name, psk=psk.encode(), **(usual | changes))


ROUTES = (
    Route("nt4", "pptp", Endpoint(host_bytes(SERVER), 1723), carrier="auto"),
    Route("other", "pptp", Endpoint(host_bytes(OTHER_SERVER), 1723), carrier="auto"),
)


def configure(
    *clients: Client,
    mtu: int = 1500,
    nat_d: str = "auto",
    route: dict[str, Any] | None = None,
    users: Users = NOBODY,
    routes: tuple[Route, ...] = (),
    choices: tuple[Choice, ...] = (),
    **limits: int,
) -> Config:
    """`routes` stand beside those of the two PPTP servers; `route` is what "nt4" has beside its
    usual. Where the kernel carries that is no shield, which reads every frame."""
    usual = [replace(each, shield=CARRIER != "kernel") for each in ROUTES]
    routes += (replace(usual[0], **route),) if route else ()
    values = {name: getattr(LIMITS, name) for name in LIMITS.__slots__} | limits
    return Config(
        Outside("wan0", (host_bytes(OUTSIDE),), mtu, nat_d=nat_d),
        Inside("lan0", host_bytes(INSIDE)),
        Limits(**values),
        clients or (client_entry(),),
        (*routes, *(each for each in usual if each.name not in {r.name for r in routes})),
        users=users,
        choices=choices,
    )


class GatewayNode:
    """The core as a node: packets as datagrams (port 0 where there are none), TCP as a stream."""

    def __init__(
        self, config: Config, servers: list[InsideServer], seed: int, now: float, today: date
    ) -> None:
        self.core = Gateway(config, seeded(seed), now, today)
        self.door: Core = self.core  # what a loop drives: the gateway, or somebody before it
        self.facts: list[Fact] = []
        self.natives: set[bytes] = set()  # hosts of native servers
        self.pppd: Pppd | None = None  # who starts it, if somebody does
        self._servers = {server.here.host: server for server in servers}
        self._lines: dict[int, tuple[InsideServer, Line]] = {}
        self._coming: list[tuple[float, int, Step]] = []  # what TCP still has to tell
        self._steps = 0
        self._telling = False
        self.memory = Memory()
        self.kernel: Kernel | None = None
        self.workforce: Workforce | None = None
        if CARRIER == "kernel":
            self.kernel = Kernel(host_bytes(OUTSIDE), seeded(seed + 77))
            self.kernel.interface = self._of_interface
            self.core.carrier.abilities = ABILITIES
        elif CARRIER == "workers":
            self.core.carrier.abilities = self._begin_workers()
            self.core.keeping.begin(self.memory, KEY)

    def _begin_workers(self) -> Abilities:
        self.workforce = Workforce(host_bytes(OUTSIDE), self.memory.word, seeded(77))
        return WORKERS

    @property
    def beside(self) -> Kernel | Workforce | None:
        """Who carries beside the gateway."""
        return self.kernel or self.workforce

    def stand_in(self, core: Gateway) -> None:
        """Another gateway has the place from now on: one that is watched, say."""
        self.core = self.door = core

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        source, target, payload = datagram
        if source.host in self.natives:
            return self._hear(_native(datagram), self.door.receive_inside, now)
        if target.host == host_bytes(INSIDE):
            packet = build_ipv4(source.host, target.host, PROTOCOL_GRE, payload)
            return self._hear(packet, self.door.receive_gre, now)
        if target.port == 0:
            packet = build_ipv4(source.host, target.host, PROTOCOL_ESP, payload)
        else:
            segment = build_checked_udp(source, target, payload)
            packet = build_ipv4(source.host, target.host, PROTOCOL_UDP, segment)
        return self._hear(packet, self.door.receive_packet, now)

    def _hear(
        self, packet: bytes, queue: Callable[[bytes, float], list[Output]], now: float
    ) -> list[Datagram]:
        """The kernel first, and what it leaves comes by the queue."""
        sent = None if self.beside is None else self.beside.receive(packet, now)
        if sent is None:
            return self.carry(queue(packet, now), now)
        return datagrams(sent) + self._told(now)

    def _told(self, now: float) -> list[Datagram]:
        """What the kernel tells, and all that follows from it: whoever began tells the rest."""
        found: list[Datagram] = []
        if self._telling:
            return found
        self._telling = True
        try:
            while self.beside is not None and self.beside.told:
                found += self.carry(self._follow(self.beside.told.popleft(), now), now)
        finally:
            self._telling = False
        return found

    def _follow(self, event: PathEvent, now: float) -> list[Output]:
        """As the loop does."""
        if isinstance(event, PacketHeard):
            return self.door.receive_packet(event.packet, now)
        if isinstance(event, GreHeard):
            return self.door.receive_gre(event.packet, now)
        return self.core.receive_path(event, now)

    def refresh(self, now: float) -> None:
        """The core knows all that was carried until now, as it does before it is asked."""
        if self.beside is not None:
            self.beside.count()
            self._told(now)

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        while self._coming and self._coming[0][0] <= now:
            _, _, step = heappop(self._coming)
            found += self.carry(step(now), now)
        due = self.door.deadline()
        if due is not None and due <= now:
            found += self.carry(self.door.handle_timeout(now), now)
        if self.beside is not None:
            found += datagrams(self.beside.handle_timeout(now))
        return found + self._told(now)

    def deadline(self) -> float | None:
        times = [self._coming[0][0]] if self._coming else []
        times += [own] if (own := self.door.deadline()) is not None else []
        kernels = None if self.beside is None else self.beside.deadline()
        return min(times if kernels is None else [*times, kernels], default=None)

    def carry(self, outputs: list[Output], now: float) -> list[Datagram]:
        """Carry out what the core asks for; what goes over the net comes back."""
        found: list[Datagram] = []
        for output in outputs:
            match output:
                case SendIp(packet) if self.kernel is not None and is_again(packet):
                    sent = self.kernel.receive(packet, now)
                    found += datagrams(sent or ())
                case SendIp(packet):
                    found.append(_datagram(packet))
                case Fact():
                    self.facts.append(output)
                case OpenTcp(key, _, peer):
                    self._open(key, self._servers[peer.host], now)
                case OpenPppd(key):
                    self._open_pppd(key, now)
                case SendTcp(key, data):
                    self._send(key, data, now)
                case CloseTcp(key):
                    self._close(key)
                case _ if self.beside is not None and not isinstance(output, Keep | Forget):
                    found += datagrams(self.beside.carry_out(output, now))
        return found + self._told(now)

    def drop(self, line: Line, now: float, reason: str = "the server closed it") -> None:
        """The server's end of the connection breaks."""
        line.open = False
        self._lines.pop(line.key, None)
        self._later(now + DELAY, lambda when: self.door.tcp_closed(line.key, reason, when))

    def tell(self, line: Line, data: bytes, now: float) -> None:
        """The server says something on its own account."""
        self._later(now + DELAY, lambda when: self.door.receive_tcp(line.key, data, when))

    def tell_of_pppd(self, key: int, data: bytes, now: float) -> None:
        """What it says, a byte-stream's while later."""
        self._later(now + DELAY, lambda when: self.door.receive_tcp(key, data, when))

    def _of_interface(self, number: int, frame: bytes, now: float) -> list[bytes]:
        return [] if self.pppd is None else self.pppd.of_interface(number, frame, now)

    def _open_pppd(self, key: int, now: float) -> None:
        if self.pppd is not None:
            self.pppd.accept(key)
            self._later(now, lambda when: self.door.tcp_opened(key, when))
            return
        why = "`postern pppd` does not run"
        self._later(now, lambda when: self.door.tcp_closed(key, why, when))

    def _open(self, key: int, server: InsideServer, now: float) -> None:
        if server.tcp == "open":
            self._lines[key] = server, server.accept(key)
            server.connected.append(now)
            self._later(now + 2 * DELAY, lambda when: self.door.tcp_opened(key, when))
            return
        wait = CONNECT_WITHIN if server.tcp == "silent" else 2 * DELAY
        why = TCP_WORDS.get(server.tcp, server.tcp)
        self._later(now + wait, lambda when: self.door.tcp_closed(key, why, when))

    def _close(self, key: int) -> None:
        if key in self._lines:
            self._lines.pop(key)[1].open = False
        if self.pppd is not None and key in self.pppd.runs:
            self.pppd.runs[key].open = False

    def _send(self, key: int, data: bytes, now: float) -> None:
        if self.pppd is not None and key in self.pppd.runs:
            for answer in self.pppd.hear(key, data, now):
                self.tell_of_pppd(key, answer, now)
        if key in self._lines:
            server, line = self._lines[key]
            for answer in server.hear(line, data, now):
                self.tell(line, answer, now + DELAY)

    def _later(self, when: float, step: Step) -> None:
        self._steps += 1
        heappush(self._coming, (when, self._steps, step))


@dataclass
class World:
    """`server` is that of route "nt4", `other` that of route "other"."""

    net: Net
    gateway: GatewayNode
    server: InsideServer
    other: InsideServer
    seed: int = 0
    dialled: str = OUTSIDE
    clients: list[L2tpIpsecClient] = field(default_factory=list)

    @property
    def core(self) -> Gateway:
        return self.gateway.core

    def join(
        self,
        profile: Profile = SAFENET_98,
        *,
        host: str = CLIENT,
        nat: Nat | None = None,
        psk: str = PSK,
        **knobs: Any,
    ) -> L2tpIpsecClient:
        """One more client; `knobs` are those of `L2tpIpsecClient`."""
        chance = seeded(1000 * self.seed + len(self.clients) + 1)
        here, gateway = host_bytes(host), host_bytes(self.dialled)
        client = L2tpIpsecClient(profile, here, gateway, psk.encode(), chance, **knobs)
        self.clients.append(client)
        self.net.join(client, host, nat=nat)
        return client

    def dial(self, client: L2tpIpsecClient, seconds: float = 10.0) -> None:
        self.net.send(client.dial(self.net.now))
        self.net.run_for(seconds)

    def call_up(self, **knobs: Any) -> L2tpIpsecClient:
        """One client behind a NAT, its session up."""
        client = self.join(**({"nat": Nat(NAT)} | knobs))
        self.dial(client)
        assert client.up
        return client

    def ask(self, outputs: list[Output]) -> None:
        """Carry out what a command to the core has brought."""
        self.net.send(self.gateway.carry(outputs, self.net.now))

    def facts(self, *kinds: What) -> list[Fact]:
        """All facts so far, or those of these kinds."""
        return [fact for fact in self.gateway.facts if not kinds or fact.what in kinds]

    def errors(self) -> list[str]:
        """What any peer found wrong with what it heard."""
        clients = [error for client in self.clients for error in client.errors]
        return clients + self.server.errors + self.other.errors


def meet(
    *clients: Client,
    mtu: int = 1500,
    nat_d: str = "auto",
    forwarded: bool = False,
    limits: dict[str, int] | None = None,
    route: dict[str, Any] | None = None,
    users: Users = NOBODY,
    routes: tuple[Route, ...] = (),
    choices: tuple[Choice, ...] = (),
    today: date = TODAY,
    node_of: type[GatewayNode] = GatewayNode,
    **wire: Any,
) -> World:
    """A gateway that knows these clients, and its servers. `wire` goes to the `Net`.

    `forwarded`: it stands behind a router, and the clients dial that one's address.
    """
    net = Net(**wire)
    seed = int(wire.get("seed", 0))
    gateway = Endpoint(host_bytes(INSIDE), 0)
    servers = [
        InsideServer(Endpoint(host_bytes(each), 0), gateway) for each in (SERVER, OTHER_SERVER)
    ]
    given: dict[str, Any] = {"routes": routes, "choices": choices, **(limits or {})}
    config = configure(*clients, mtu=mtu, nat_d=nat_d, route=route, users=users, **given)
    node = node_of(config, servers, seed, net.now, today)
    pools = (host_text(host) for route in routes for host in route.pool)
    net.join(node, OUTSIDE, INSIDE, *pools)
    if forwarded:
        net.shield(OUTSIDE, Nat(FRONT, forwards={500: OUTSIDE, 4500: OUTSIDE}))
    for server, host in zip(servers, (SERVER, OTHER_SERVER), strict=True):
        net.join(server, host)
    return World(net, node, servers[0], servers[1], seed, FRONT if forwarded else OUTSIDE)


def _native(datagram: Datagram) -> bytes:
    """What a native server sends, as the queue of what comes from inside has it."""
    source, target, payload = datagram
    if source.port == 0:
        return build_ipv4(source.host, target.host, PROTOCOL_ESP, payload)
    segment = build_checked_udp(source, target, payload)
    return build_ipv4(source.host, target.host, PROTOCOL_UDP, segment)


def datagrams(packets: Iterable[bytes]) -> list[Datagram]:
    """Packets of the gateway's as they go over the net."""
    return [_datagram(each) for each in packets]


def _datagram(packet: bytes) -> Datagram:
    header = parse_ipv4(packet)
    payload = packet[header.start : header.end]
    ports = (0, 0)
    if header.protocol == PROTOCOL_UDP:
        *ports_found, payload = parse_udp(payload)
        ports = (ports_found[0], ports_found[1])
    return Datagram(Endpoint(header.source, ports[0]), Endpoint(header.target, ports[1]), payload)
