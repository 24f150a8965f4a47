"""Our asking end and a scripted server that knows no NAT traversal, on one wire."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from gateway.ike.events import PairReady, Send
from gateway.ike.initiator import AskPolicy, Initiator
from gateway.ike.initiator_events import AskEvent
from gateway.ike.initiator_proof import PskProof
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.net import Net, seeded
from tests.pair.peers.ike_responder import Habits, Responder

HERE, SERVER = "10.10.0.1", "10.10.0.2"
US, THEM = Endpoint(host_bytes(HERE), 500), Endpoint(host_bytes(SERVER), 500)
PSK = b"between gateway and server"
ASK = AskPolicy(
    "old-w2k",
    PskProof(PSK),
    ("3des-sha1-modp1024", "3des-md5-modp1024"),
    ("3des-sha1", "3des-md5"),
)
Event = TypeVar("Event")


@dataclass
class AskNode:
    """The core as a node; `events` holds all that happened except the sending."""

    core: Initiator
    events: list[AskEvent] = field(default_factory=list)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        return self.take(self.core.receive(datagram, now))

    def handle_timeout(self, now: float) -> list[Datagram]:
        return self.take(self.core.handle_timeout(now))

    def deadline(self) -> float | None:
        return self.core.deadline()

    def take(self, events: list[AskEvent]) -> list[Datagram]:
        self.events += [event for event in events if not isinstance(event, Send)]
        sent = [event for event in events if isinstance(event, Send)]
        return [Datagram(each.source, each.target, each.message) for each in sent]

    def seen(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class World:
    net: Net
    gateway: AskNode
    server: Responder

    def start(self, seconds: float = 20.0) -> None:
        self.net.send(self.gateway.take(self.gateway.core.start(self.net.now)))
        self.net.run_for(seconds)

    def send(self, datagrams: list[Datagram], seconds: float = 2.0) -> None:
        """The server says something, and what follows happens."""
        self.net.send(datagrams)
        self.net.run_for(seconds)

    @property
    def pairs(self) -> list[PairReady]:
        return self.gateway.seen(PairReady)

    def agree(self) -> bool:
        """Both ends have the same SPIs and keys for each of the server's pairs."""
        ours = {event.spi_out: event for event in self.pairs}
        return all(
            (
                (mine := ours[int.from_bytes(pair.spi_in)]).spi_in,
                mine.keymat_in,
                mine.keymat_out,
            )
            == (int.from_bytes(pair.spi_out), pair.keymat_out, pair.keymat_in)
            for pair in self.server.pairs
        )


def meet(
    habits: Habits | None = None, psk: bytes = PSK, ask: dict[str, Any] | None = None, **wire: Any
) -> World:
    """`ask` changes the policy, `wire` goes to the `Net`: loss, duplicate, jitter, seed."""
    net, seed = Net(**wire), int(wire.get("seed", 0))
    core = Initiator(replace(ASK, **(ask or {})), US, THEM, seeded(seed))
    server = Responder(THEM.host, US.host, psk, seeded(seed + 1), habits)
    node = AskNode(core)
    net.join(node, HERE)
    net.join(server, SERVER)
    return World(net, node, server)
