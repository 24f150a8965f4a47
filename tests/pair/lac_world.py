"""Our LAC and a scripted LNS as nodes of one net."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.l2tp import events as l2tp
from gateway.l2tp.errors import Drop
from gateway.l2tp.lac import Lac
from gateway.wire.udp import Datagram
from tests.pair.net import Net, endpoint, seeded
from tests.pair.peers.l2tp_lns import Lns

US, SERVER = endpoint("10.10.0.1:1701"), endpoint("10.10.0.2:1701")
Event = TypeVar("Event")


@dataclass
class LacNode:
    """`events` holds all that happened except the sending; `frames` what came for a call."""

    lac: Lac
    events: list[l2tp.L2tpEvent] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        if datagram.payload[0] & 0x80:
            return self.carry(self.lac.receive(datagram.payload, now))
        self.lac.note_alive(now)
        opened = self.lac.open_data(datagram.payload)
        assert not isinstance(opened, Drop)
        self.frames.append(opened)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        return self.carry(self.lac.handle_timeout(now))

    def deadline(self) -> float | None:
        return self.lac.deadline()

    def carry(self, events: list[l2tp.L2tpEvent]) -> list[Datagram]:
        self.events += [event for event in events if not isinstance(event, l2tp.Send)]
        sent = [event for event in events if isinstance(event, l2tp.Send)]
        return [Datagram(US, SERVER, event.message) for event in sent]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class LnsNode:
    lns: Lns
    alive: bool = True

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        return self.wrap(self.lns.receive(datagram.payload, now)) if self.alive else []

    def handle_timeout(self, now: float) -> list[Datagram]:
        return self.wrap(self.lns.handle_timeout(now))

    def deadline(self) -> float | None:
        return self.lns.deadline() if self.alive else None

    def wrap(self, messages: list[bytes]) -> list[Datagram]:
        return [Datagram(SERVER, US, message) for message in messages]


@dataclass
class World:
    net: Net
    us: LacNode
    them: LnsNode

    @property
    def lac(self) -> Lac:
        return self.us.lac

    @property
    def lns(self) -> Lns:
        return self.them.lns

    def open(self, seconds: float = 5.0) -> "World":
        self.net.send(self.us.carry(self.lac.start(self.net.now)))
        self.net.run_for(seconds)
        return self

    def call(self, seconds: float = 5.0) -> int:
        number, events = self.lac.call(self.net.now)
        self.net.send(self.us.carry(events))
        self.net.run_for(seconds)
        return number

    def ask(self, events: list[l2tp.L2tpEvent], seconds: float = 5.0) -> None:
        """Something was asked of our end."""
        self.net.send(self.us.carry(events))
        self.net.run_for(seconds)

    def say(self, messages: list[bytes], seconds: float = 5.0) -> None:
        """The server speaks of itself."""
        self.net.send(self.them.wrap(messages))
        self.net.run_for(seconds)


def meet(hello: float = 60.0, net: Net | None = None, **knobs: Any) -> World:
    """`knobs` are those of the scripted `Lns`."""
    net = net or Net()
    us = LacNode(Lac("postern", seeded(1), hello=hello))
    them = LnsNode(Lns(seeded(2), **knobs))
    net.join(us, "10.10.0.1")
    net.join(them, "10.10.0.2")
    return World(net, us, them)
