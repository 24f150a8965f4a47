"""Hundreds of old machines behind dozens of NATs, and a gateway whose work is measured.

    crowd = gather(machines=500, sites=50, servers=2)
    crowd.net.run_for(120.0)

The net asks all of its nodes who is due. So all machines behind one NAT are one node here, which
remembers who of them is, and a server of hundreds of lines does the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from struct import pack

from gateway.bridge.gateway import Gateway
from gateway.control.config import Client, Config, Inside, Outside, Route
from gateway.control.limits import Limits
from gateway.control.values import network
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.gateway_world import ESP, INSIDE, LIMITS, OUTSIDE, TODAY, GatewayNode
from tests.pair.nat import Nat
from tests.pair.net import Net, seeded
from tests.pair.peers.busy_server import BusyServer
from tests.pair.peers.determined import Determined
from tests.pair.peers.inside_server import FIRST_CALL
from tests.pair.peers.old_clients import CLIENTS
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.pptp_server import PptpServer

IKE = ("3des-sha1-modp2048", "3des-sha1-modp1024")
KINDS = ("win98-msl2tp", "win2000-kb818043", "xp-kb818043", "xp-sp2")
MRU = 1500  # asked for by the servers, as NT does


class Site:
    """A node of the net: the machines behind one NAT."""

    def __init__(self) -> None:
        self.machines: dict[bytes, Determined] = {}
        self._due: dict[bytes, float] = {}

    def add(self, machine: Determined) -> None:
        self.machines[machine.here] = machine
        self.note(machine)

    def note(self, machine: Determined) -> None:
        """Something was done with this machine."""
        due = machine.deadline()
        if due is None:
            self._due.pop(machine.here, None)
        else:
            self._due[machine.here] = due

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        machine = self.machines[datagram.target.host]
        found = machine.receive(datagram, now)
        self.note(machine)
        return found

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        for host in [host for host, due in self._due.items() if due <= now]:
            machine = self.machines[host]
            found += machine.handle_timeout(now)
            self.note(machine)
        return found

    def deadline(self) -> float | None:
        return min(self._due.values(), default=None)


@dataclass
class Crowd:
    net: Net
    gateway: GatewayNode
    servers: list[BusyServer]
    sites: list[Site]
    nats: list[Nat]

    @property
    def machines(self) -> list[Determined]:
        return [machine for site in self.sites for machine in site.machines.values()]

    @property
    def core(self) -> Gateway:
        return self.gateway.core

    def site_of(self, machine: Determined) -> Site:
        return next(site for site in self.sites if machine.here in site.machines)

    def act(self, machine: Determined, sent: list[Datagram]) -> None:
        """What the user of a machine has had it do."""
        self.net.send(sent)
        self.site_of(machine).note(machine)


def gather(
    machines: int,
    sites: int,
    servers: int = 1,
    *,
    dial_at: Callable[[int], float] = lambda number: 0.0,
    ports: int | None = None,
    shield: bool = True,
    kinds: tuple[str, ...] = KINDS,
    make: Callable[[Config, Callable[[int], bytes], float], Gateway] | None = None,
    limits: dict[str, int] | None = None,
    seed: int = 0,
    **wire: float,
) -> Crowd:
    """So many machines, evenly behind so many NATs; `dial_at` says by number, in seconds from the
    beginning, when each dials. `make` builds the gateway, if it is to be a special one."""
    net = Net(seed=seed, **wire)
    places = [host_bytes("192.0.2.20")[:3] + bytes((20 + number,)) for number in range(servers)]
    nodes = [_server(place, number, ports) for number, place in enumerate(places)]
    nats = [Nat(f"203.0.{113 + number // 200}.{1 + number % 200}") for number in range(sites)]
    entries = [_entry(number, nats[number % sites]) for number in range(machines)]
    route = Route("nt4", "pptp", *_endpoints(places), order="turns", shield=shield)
    config = Config(
        Outside("wan0", (host_bytes(OUTSIDE),), 1500),
        Inside("lan0", host_bytes(INSIDE)),
        Limits(**{name: getattr(LIMITS, name) for name in LIMITS.__slots__} | (limits or {})),
        tuple(entries),
        (route,),
    )
    gateway = GatewayNode(config, [*nodes], seed, net.now, TODAY)
    if make is not None:
        gateway.stand_in(make(config, seeded(seed), net.now))
    net.join(gateway, OUTSIDE, INSIDE)
    for node, place in zip(nodes, places, strict=True):
        net.join(node, ".".join(map(str, place)))
    crowd = Crowd(net, gateway, nodes, [Site() for _ in range(sites)], nats)
    for number in range(machines):
        chance, site = seeded(1000 * seed + number + 1), number % sites
        here = bytes((10, site // 250, site % 250, 2 + number // sites))
        kind = CLIENTS[kinds[number % len(kinds)]]
        machine = Determined(kind, here, host_bytes(OUTSIDE), entries[number].psk, chance)
        machine.dial_at = net.now + dial_at(number)
        crowd.sites[site].add(machine)
    for site_, nat in zip(crowd.sites, nats, strict=True):
        net.join(site_, *(".".join(map(str, here)) for here in site_.machines), nat=nat)
    return crowd


def _entry(number: int, nat: Nat) -> Client:
    """A machine whose key is good from its own site alone: of one address at most 256 keys are."""
    site = network(".".join(map(str, nat.host)))
    psk = f"the key of machine {number}".encode()
    return Client(f"pc-{number}", psk, ike=IKE, esp=ESP, route="nt4", address=site)


def _server(place: bytes, number: int, ports: int | None) -> BusyServer:
    node = BusyServer(Endpoint(place, 0), Endpoint(host_bytes(INSIDE), 0), ports=ports, keeps=False)
    node.pptp = lambda count: PptpServer(FIRST_CALL + count, window=64)
    node.ppp = lambda count: PppEnd(
        pack("!HH", number + 1, count),
        bytes((10, 1, number, 1)),
        mru=MRU,
        gives=bytes((10, 64 + number, count // 250, 1 + count % 250)),
    )
    return node


def _endpoints(places: list[bytes]) -> tuple[Endpoint, tuple[Endpoint, ...]]:
    first, *others = (Endpoint(place, 1723) for place in places)
    return first, tuple(others)
