"""Routers that translate: home routers of the usual kind, and odd ones by their parameters.

One mapping per inside endpoint and target; only the target a mapping was made for may answer
through it, as with Linux's masquerading.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint

FIRST_PORT = 62000
IKE_ON_4500 = bytes(4)


@dataclass(slots=True)
class Way:
    """One mapping. `made` and `used` (by a packet from inside) are times on the net's clock."""

    inside: Endpoint
    target: Endpoint
    flow: str
    outside: Endpoint
    made: float
    used: float


class Nat:
    """`keep_ports`: an inside port stays what it was while nobody else has it, as Linux does.

    `idle`: seconds a mapping lives without a packet from inside (None: for ever). `rebinds`:
    seconds after which it gets another port, whatever goes through it. `pins`: ports that always
    stay, so that one inside host at a time has them (pfSense's static port). `apart`: ESP in UDP
    leaves by another port than IKE (LS#2012). `hosts`: another outside address by target port.
    `forwards`: inside host by outside port, for whoever asks; those ports stay, too.
    """

    def __init__(
        self,
        host: str,
        *,
        keep_ports: bool = False,
        idle: float | None = None,
        rebinds: float | None = None,
        pins: Collection[int] = (),
        apart: bool = False,
        hosts: Mapping[int, str] | None = None,
        forwards: Mapping[int, str] | None = None,
    ) -> None:
        self.host = host_bytes(host)
        self.keep_ports, self.idle, self.rebinds = keep_ports, idle, rebinds
        self.pins, self.apart = frozenset(pins), apart
        self.hosts = {port: host_bytes(each) for port, each in (hosts or {}).items()}
        self.forwards = {port: host_bytes(each) for port, each in (forwards or {}).items()}
        self.mappings: list[Way] = []
        self._next_port = FIRST_PORT

    def owns(self, host: bytes) -> bool:
        """Whether what is sent to this address comes here."""
        return host == self.host or host in self.hosts.values()

    def admits(self, datagram: Datagram, now: float) -> bool:
        """Whether a datagram may leave: not while somebody else has the port that it must have."""
        self._expire(now)
        wanted = datagram.source.port
        return wanted not in self.pins or all(
            way.inside.host == datagram.source.host
            for way in self.mappings
            if (way.outside.port, way.target) == (wanted, datagram.target)
        )

    def leave(self, datagram: Datagram, now: float) -> Datagram:
        """The datagram as the world sees it."""
        self._expire(now)
        if self._is_forwarded(datagram.source):
            return datagram._replace(source=Endpoint(self.host, datagram.source.port))
        key = (datagram.source, datagram.target, self._flow(datagram))
        for way in self.mappings:
            if (way.inside, way.target, way.flow) == key:
                break
        else:
            way = Way(*key, self._choose(datagram), now, now)
            self.mappings.append(way)
        way.used = now
        return datagram._replace(source=way.outside)

    def enter(self, datagram: Datagram, now: float) -> Datagram | None:
        """The datagram as the inside sees it; None where no mapping fits."""
        self._expire(now)
        source, target, _ = datagram
        for way in self.mappings:
            if (way.outside, way.target) == (target, source):
                return datagram._replace(target=way.inside)
        forwarded = self.forwards.get(target.port)
        return datagram._replace(target=Endpoint(forwarded, target.port)) if forwarded else None

    def forget(self) -> None:
        """The router restarts: what comes next from inside gets a new port."""
        self.mappings.clear()

    def move(self, host: str) -> None:
        """The provider gives the router another address."""
        self.host = host_bytes(host)
        self.mappings.clear()

    def _is_forwarded(self, source: Endpoint) -> bool:
        return self.forwards.get(source.port) == source.host

    def _flow(self, datagram: Datagram) -> str:
        if not self.apart:
            return ""
        is_ike = datagram.source.port != 4500 or datagram.payload[:4] == IKE_ON_4500
        return "ike" if is_ike else "esp"

    def _expire(self, now: float) -> None:
        idle, rebinds = self.idle, self.rebinds
        if idle is not None:
            self.mappings = [way for way in self.mappings if now - way.used < idle]
        if rebinds is not None:
            self.mappings = [way for way in self.mappings if now - way.made < rebinds]

    def _choose(self, datagram: Datagram) -> Endpoint:
        host = self.hosts.get(datagram.target.port, self.host)
        wanted = datagram.source.port
        taken = {way.outside.port for way in self.mappings if way.target == datagram.target}
        if wanted in self.pins or (self.keep_ports and wanted not in taken):
            return Endpoint(host, wanted)
        self._next_port += 1
        return Endpoint(host, self._next_port - 1)
