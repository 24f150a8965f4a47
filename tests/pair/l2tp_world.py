"""Our LNS as a node of the net, a client to dial it, and the two brought together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.l2tp import events as l2tp
from gateway.l2tp.errors import Drop
from gateway.l2tp.machine import Lns
from gateway.wire.udp import Datagram
from tests.pair.net import Net, endpoint, seeded
from tests.pair.peers.l2tp_lac import WINDOWS_2000, Lac, Profile

CLIENT, SERVER = endpoint("192.0.2.10:1701"), endpoint("192.0.2.20:1701")
BUSY = 4  # result of a CDN: no facility now
Event = TypeVar("Event")


@dataclass
class LnsNode:
    """Decides on calls in the bridge's place: after `delay` seconds, by `accept`."""

    lns: Lns
    delay: float = 0.0
    accept: bool = True
    events: list[l2tp.L2tpEvent] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    _pending: list[tuple[float, int]] = field(default_factory=list)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        message = datagram.payload
        if message[0] & 0x80:
            return self.carry(self.lns.receive(message, now), now)
        self.lns.note_alive(now)
        opened = self.lns.open_data(message)
        if isinstance(opened, Drop):
            self.drops.append(opened)
        else:
            self.frames.append(opened)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        due = [call for when, call in self._pending if when <= now]
        self._pending = [each for each in self._pending if each[0] > now]
        found = [datagram for call in due for datagram in self._decide(call, now)]
        return found + self.carry(self.lns.handle_timeout(now), now)

    def deadline(self) -> float | None:
        times = [when for when, _ in self._pending]
        own = self.lns.deadline()
        return min(times if own is None else [*times, own], default=None)

    def carry(self, events: list[l2tp.L2tpEvent], now: float) -> list[Datagram]:
        """Keep the events and turn what is to be sent into datagrams."""
        found = []
        for event in events:
            self.events.append(event)
            if isinstance(event, l2tp.Send):
                found.append(Datagram(SERVER, CLIENT, event.message))
            elif isinstance(event, l2tp.CallRequested) and not self.delay:
                found += self._decide(event.call, now)
            elif isinstance(event, l2tp.CallRequested):
                self._pending.append((now + self.delay, event.call))
        return found

    def send_frame(self, call: int, frame: bytes) -> list[Datagram]:
        message = self.lns.seal_data(call, frame)
        assert isinstance(message, bytes)
        return [Datagram(SERVER, CLIENT, message)]

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def _decide(self, call: int, now: float) -> list[Datagram]:
        if self.accept:
            return self.carry(self.lns.answer(call, now), now)
        return self.carry(self.lns.refuse(call, BUSY, 0, "server is down", now), now)


def meet(
    profile: Profile = WINDOWS_2000,
    net: Net | None = None,
    secret: bytes | None = None,
    sequencing: bool = False,
    random: Callable[[int], bytes] | None = None,
) -> tuple[Net, Lac, LnsNode]:
    """A client and the LNS on one wire; nothing has been said yet."""
    net = net or Net()
    lac = Lac(CLIENT, SERVER, profile, random or seeded(1), secret, sequencing)
    node = LnsNode(Lns("postern", seeded(2), secret))
    net.join(lac, "192.0.2.10")
    net.join(node, "192.0.2.20")
    return net, lac, node


def call_up(
    profile: Profile = WINDOWS_2000, net: Net | None = None, sequencing: bool = False
) -> tuple[Net, Lac, LnsNode]:
    """The same with one call open."""
    net, lac, node = meet(profile, net, sequencing=sequencing)
    net.send(lac.dial(net.now))
    net.run_for(5.0)
    assert lac.up
    return net, lac, node
