"""A home router of the usual kind: one outside address, one mapping per inside endpoint and target.

Only the target a mapping was made for may answer through it, as with Linux's masquerading.
"""

from dataclasses import dataclass

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint

FIRST_PORT = 62000


@dataclass(slots=True)
class Mapping:
    """One way through. `used` is when a packet last went out, on the net's clock."""

    inside: Endpoint
    target: Endpoint
    port: int
    used: float


class Nat:
    """`keep_ports`: an inside port stays what it was while nobody else has it, as Linux does.

    `idle` is how many seconds a mapping lives without a packet from inside (None: for ever).
    """

    def __init__(self, host: str, *, keep_ports: bool = False, idle: float | None = None) -> None:
        self.host = host_bytes(host)
        self.keep_ports, self.idle = keep_ports, idle
        self.mappings: list[Mapping] = []
        self._next_port = FIRST_PORT

    def leave(self, datagram: Datagram, now: float) -> Datagram:
        """The datagram as the world sees it."""
        self._expire(now)
        for mapping in self.mappings:
            if (mapping.inside, mapping.target) == (datagram.source, datagram.target):
                break
        else:
            port = self._choose_port(datagram)
            mapping = Mapping(datagram.source, datagram.target, port, now)
            self.mappings.append(mapping)
        mapping.used = now
        return datagram._replace(source=Endpoint(self.host, mapping.port))

    def enter(self, datagram: Datagram, now: float) -> Datagram | None:
        """The datagram as the inside sees it; None where no mapping fits."""
        self._expire(now)
        for mapping in self.mappings:
            if (mapping.port, mapping.target) == (datagram.target.port, datagram.source):
                return datagram._replace(target=mapping.inside)
        return None

    def forget(self) -> None:
        """The router restarts: what comes next from inside gets a new port."""
        self.mappings.clear()

    def move(self, host: str) -> None:
        """The provider gives the router another address."""
        self.host = host_bytes(host)
        self.mappings.clear()

    def _expire(self, now: float) -> None:
        if self.idle is not None:
            self.mappings = [each for each in self.mappings if now - each.used < self.idle]

    def _choose_port(self, datagram: Datagram) -> int:
        wanted = datagram.source.port
        taken = {each.port for each in self.mappings if each.target == datagram.target}
        if self.keep_ports and wanted not in taken:
            return wanted
        self._next_port += 1
        return self._next_port - 1
