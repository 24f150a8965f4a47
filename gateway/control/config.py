"""A configuration that can be used, as typed values."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from gateway.control.check import NAME, judge
from gateway.control.companions import Accounting, Fleet, Metrics, Pair, Syslog, Upgrade
from gateway.control.defaults import DEFAULTS
from gateway.control.document import File, ReadFile
from gateway.control.findings import Document
from gateway.control.limits import Limits
from gateway.control.problems import Problem
from gateway.control.schema_routes import L2TP_IPSEC, ROUTE, ROUTE_KINDS
from gateway.control.suites import ESP_SUITES, IKE_SUITES, MPPE_TERMS
from gateway.control.users import Users, load_users
from gateway.control.values import ANYWHERE, Network, network
from gateway.control.values_client import Identity
from gateway.control.values_reach import Reach
from gateway.crypto.rsa import PrivateKey
from gateway.wire.udp import Endpoint
from gateway.x509.certificate import Certificate
from gateway.x509.crl import Crl
from gateway.x509.path import Authority
from gateway.x509.rule import Rule

NOBODY = Users()
DEFAULT_MTU: int = DEFAULTS["outside"]["mtu"]
PORT_L2TP = 1701
VIRTUAL: Network = network(DEFAULTS["outside"]["virtual"])
HERE = Endpoint(bytes((127, 0, 0, 1)), 0)  # where a route has no server
_OTHERS = {  # the keys that a kind of route has not
    kind: frozenset(key.name for key in ROUTE.keys if key.kinds and kind not in key.kinds)
    for kind in ROUTE_KINDS
}


@dataclass(frozen=True, slots=True)
class Box:
    """The machine, where Postern manages it; None leaves it as it is."""

    hostname: str | None = None
    timezone: str | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the clients are. A host is four bytes; `mtu` is in bytes.

    `addresses` is empty where DHCP brings them: then any address of the interface is meant.
    `network` is None where the interface is left alone; `prefix` is in bits.
    """

    interface: str
    addresses: tuple[bytes, ...] = ()
    mtu: int = DEFAULT_MTU
    network: str | None = None
    prefix: int | None = None
    gateway: bytes | None = None
    dns: tuple[bytes, ...] = ()
    nat_d: str = DEFAULTS["outside"]["nat_d"]
    natt: tuple[str, ...] = tuple(DEFAULTS["outside"]["natt"])
    virtual: Network = VIRTUAL


@dataclass(frozen=True, slots=True)
class Inside:
    """Where the old servers are, as far as the owner says; None leaves it to the routing table."""

    interface: str | None = None
    address: bytes | None = None
    network: str | None = None
    prefix: int | None = None
    gateway: bytes | None = None
    dns: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """Servers before which the gateway is the router, as far as it is."""

    servers: tuple[bytes, ...] = ()
    direct: tuple[Network, ...] = ()
    fail: str = DEFAULTS["front"]["fail"]


@dataclass(frozen=True, slots=True)
class Route:
    """A way to one old server, or to several of a kind.

    `encryption` and `mppe` are for PPTP servers. What follows them is for servers that speak IPsec
    themselves: suites are in the owner's order, and `pool` are the gateway's addresses for tunnels
    of their own. The rest is for the route into the LAN, whose server is this machine, and whose
    `pool` are the addresses that clients get.
    """

    name: str
    kind: str
    server: Endpoint
    others: tuple[Endpoint, ...] = ()
    order: str = "first"
    check_seconds: int = 60
    shield: bool = DEFAULTS["route"]["shield"]
    encryption: str = DEFAULTS["route"]["encryption"]
    mppe: tuple[str, ...] = tuple(DEFAULTS["route"]["mppe"])
    psk: bytes = field(default=b"", repr=False)
    ike: tuple[str, ...] = ()
    esp: tuple[str, ...] = ()
    tunnels: str = "one"
    pool: tuple[bytes, ...] = ()
    auth: tuple[str, ...] = ()
    dns: tuple[bytes, ...] = ()
    wins: tuple[bytes, ...] = ()
    radius: bytes | None = None
    radius_secret: bytes = field(default=b"", repr=False)
    carrier: str = DEFAULTS["route"]["carrier"]

    @property
    def servers(self) -> tuple[Endpoint, ...]:
        """All, in the owner's order."""
        return (self.server, *self.others)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which calls take `route` instead of their client's; what is None may be anything.

    `identity` and `user` are patterns without capitals, in which * and ? stand for others.
    """

    name: str
    route: str
    client: str | None = None
    identity: str | None = None
    called: bytes | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """One old machine that may dial. `ike` and `esp` are in the order in which we choose.

    `psk` is empty for one that has only a certificate. What holds until a day, and on which day it
    does, is in `dated.py`.
    """

    name: str
    psk: bytes = field(repr=False)
    ike: tuple[str, ...]
    esp: tuple[str, ...]
    route: str
    address: Network = ANYWHERE
    system: str = DEFAULTS["client"]["system"]
    identity: Identity | None = None  # what it must call itself
    psk_old: bytes | None = field(default=None, repr=False)
    psk_old_until: date | None = None
    weak_reason: str = ""
    weak_until: date | None = None
    revoked: bool = False
    certificate: Rule | None = None
    reach: tuple[Reach, ...] | None = None  # None: the owner has not said


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """By which the gateway proves itself: our own first, then those above it."""

    name: str
    chain: tuple[Certificate, ...]
    key: PrivateKey = field(repr=False)
    always: bool = True  # sent also to who does not ask for it


@dataclass(frozen=True, slots=True)
class Admin:
    """A person who may log in, with their public keys as `authorized_keys` has them."""

    name: str
    ssh_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the board. `path` is its place below /sys/devices, `mac` the card's own address."""

    role: str
    path: str
    mac: str | None = None


@dataclass(frozen=True)  # no slots: `placed` is worked out once and kept
class Config:
    """The whole of `postern.toml`."""

    outside: Outside
    inside: Inside
    limits: Limits
    clients: tuple[Client, ...]
    routes: tuple[Route, ...]
    box: Box = Box()
    admins: tuple[Admin, ...] = ()
    ports: tuple[Port, ...] = ()
    users: Users = NOBODY
    choices: tuple[Choice, ...] = ()
    certificates: tuple[OwnCertificate, ...] = ()
    authorities: tuple[Authority, ...] = ()
    front: Front = Front()
    pair: Pair = Pair()
    fleet: Fleet = Fleet()
    metrics: Metrics = Metrics()
    accounting: Accounting = Accounting()
    syslog: Syslog = Syslog()
    upgrade: Upgrade = Upgrade()

    @property
    def dialled(self) -> tuple[bytes, ...]:
        """What clients dial: where boxes share an address, that one."""
        return self._shared or self.outside.addresses

    @property
    def own_addresses(self) -> tuple[bytes, ...]:
        """Those outside that no other box ever has."""
        return tuple(host for host in self.outside.addresses if host not in self._shared)

    @property
    def _shared(self) -> tuple[bytes, ...]:
        return tuple(host for host in (self.pair.address, self.fleet.address) if host is not None)

    @cached_property
    def placed(self) -> dict[int, dict[int, list[Client]]]:
        """Clients by the size of their network, the smallest first, and by its first address.

        Strangers make us look here as often as they like: it must not cost more with more clients.
        """
        found: dict[int, dict[int, list[Client]]] = {}
        for client in sorted(self.clients, key=lambda client: client.address.size()):
            places = found.setdefault(client.address.size(), {})
            places.setdefault(client.address.first, []).append(client)
        return found

    @cached_property
    def named(self) -> dict[str, Client]:
        """Clients by name, of which the first counts: looked at several times a dial."""
        return {client.name: client for client in reversed(self.clients)}


def load(file: File, read_file: ReadFile, name: str = NAME) -> Config | list[Problem]:
    """The configuration, or its problems if one of them is more than a warning."""
    document, problems = judge(file, read_file, name)
    if not document or any(not problem.warning for problem in problems):
        return problems
    return build(document, load_users(document, read_file))


def build(document: Document, users: Users = NOBODY) -> Config:
    """Only of a document without problems: whatever is required is then there."""
    return Config(
        outside=Outside(**document["outside"][0].values),
        inside=Inside(**document["inside"][0].values),
        front=Front(**document["front"][0].values),
        pair=Pair(**document["pair"][0].values),
        fleet=Fleet(**document["fleet"][0].values),
        metrics=Metrics(**document["metrics"][0].values),
        accounting=Accounting(**document["accounting"][0].values),
        syslog=Syslog(**document["syslog"][0].values),
        upgrade=Upgrade(**document["upgrade"][0].values),
        limits=Limits(**document["limits"][0].values),
        clients=tuple(_client(**entry.values) for entry in document["client"]),
        routes=tuple(_route(**entry.values) for entry in document["route"]),
        choices=tuple(Choice(**entry.values) for entry in document["choice"]),
        box=Box(**document["box"][0].values),
        admins=tuple(_admin(**entry.values) for entry in document["admin"]),
        ports=tuple(Port(**entry.values) for entry in document["port"]),
        users=users,
        certificates=tuple(_own(**entry.values) for entry in document["certificate"]),
        authorities=tuple(_authority(**entry.values) for entry in document["ca"]),
    )


def _route(
    *,
    kind: str,
    server: Endpoint | None = None,
    servers: tuple[Endpoint, ...] = (),
    psk_file: str = "",
    mppe: tuple[str, ...],
    **values: Any,
) -> Route:
    """The port of a native server is that of L2TP; what is of the other kind is left out. The order
    of what MPPE may be negotiated is Postern's own."""
    first, *others = servers or ([HERE] if server is None else [server])
    if kind == L2TP_IPSEC:
        first, *others = (Endpoint(each.host, PORT_L2TP) for each in (first, *others))
    values["mppe"] = tuple(sorted(mppe, key=MPPE_TERMS.index))
    of_kind = {name: value for name, value in values.items() if name not in _OTHERS[kind]}
    return Route(kind=kind, server=first, others=tuple(others), **of_kind)


def _admin(*, name: str, ssh_key: str = "", ssh_keys: tuple[str, ...] = ()) -> Admin:
    """One key is a list of one."""
    return Admin(name, ssh_keys or (ssh_key,))


def _client(  # noqa: PLR0913
    *,
    name: str,
    psk: bytes = b"",
    ike: tuple[str, ...],
    esp: tuple[str, ...],
    route: str,
    psk_file: str = "",
    psk_old_file: str = "",
    certificate: Rule | None = None,
    ca: tuple[str, ...] = (),
    **more: Any,
) -> Client:
    """The files' names are not kept: they were read. `more` is as the schema has it."""
    return Client(
        name=name,
        psk=psk,
        ike=tuple(sorted(ike, key=IKE_SUITES.index)),
        esp=tuple(sorted(esp, key=ESP_SUITES.index)),
        route=route,
        certificate=certificate and replace(certificate, authorities=frozenset(ca)),
        **more,
    )


def _own(
    *, name: str, chain: tuple[Certificate, ...], key: PrivateKey, send: str, **files: str
) -> OwnCertificate:
    """The files' names are not kept: they were read."""
    return OwnCertificate(name, chain, key, send == "always")


def _authority(
    *,
    name: str,
    certificate: Certificate,
    identities: str,
    crl: Crl | None = None,
    allow: tuple[str, ...] = (),
    **files: str,
) -> Authority:
    return Authority(name, certificate, frozenset(allow), crl, identities == "strict")
