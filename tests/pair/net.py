"""A wire on a virtual clock: it delays, loses, doubles and reorders what cores send each other.

A node is a core behind the three methods of a door, adapted to datagrams; the net calls them in
order of time and never really waits. What befalls a datagram comes from one seeded generator, so
a story that fails fails again. Protocols are no matter here: a payload is bytes, and a node that
speaks something without ports uses port 0.

    net = Net(loss=0.2, seed=7)
    net.join(client, "192.168.1.2", nat=Nat("203.0.113.7"))
    net.join(gateway, "198.51.100.1")
    net.send(client.dial(net.now))
    net.run(until=30.0)
    assert client.up

Delays are multiples of 1/64 s, so that times add up exactly.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple, Protocol

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.nat import Nat

DELAY = 1 / 64  # seconds from one end to the other
MOMENT = 1000  # more steps than this without the clock moving is a loop, not a story


class Node(Protocol):
    """What the net needs of a core."""

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]: ...

    def handle_timeout(self, now: float) -> list[Datagram]: ...

    def deadline(self) -> float | None: ...


class Carried(NamedTuple):
    """One datagram as it left its NAT, for the tests to look at afterwards."""

    when: float
    datagram: Datagram
    lost: bool


def endpoint(text: str) -> Endpoint:
    """`"192.0.2.1:500"` as an endpoint."""
    host, port = text.rsplit(":", 1)
    return Endpoint(host_bytes(host), int(port))


def seeded(seed: int) -> Callable[[int], bytes]:
    """Chance for a core that is the same in every run."""
    return Random(seed).randbytes


class Net:
    """`loss` and `duplicate` are chances from 0 to 1, `jitter` seconds that may come on top."""

    def __init__(
        self,
        *,
        loss: float = 0.0,
        duplicate: float = 0.0,
        jitter: float = 0.0,
        seed: int = 0,
        start: float = 1000.0,
    ) -> None:
        self.now = start
        self.loss, self.duplicate, self.jitter = loss, duplicate, jitter
        self.carried: list[Carried] = []
        self._chance = Random(seed)
        self._nodes: list[Node] = []
        self._by_host: dict[bytes, Node] = {}
        self._nats: dict[bytes, Nat] = {}  # by the host that is behind it
        self._under_way: list[tuple[float, int, Datagram]] = []
        self._sent = 0
        self._doomed: list[tuple[Callable[[Datagram], bool], int]] = []
        self._far: dict[bytes, float] = {}

    def join(self, node: Node, *hosts: str, nat: Nat | None = None) -> None:
        """Place a node at its addresses, behind a NAT if one is given."""
        self._nodes.append(node)
        for host in map(host_bytes, hosts):
            self._by_host[host] = node
            if nat is not None:
                self._nats[host] = nat

    def shield(self, host: str, nat: Nat) -> None:
        """Put a NAT before one address of a node that is there."""
        self._nats[host_bytes(host)] = nat

    def leave(self, node: Node) -> None:
        """The node is switched off: nothing reaches it and its timers are dead."""
        self._nodes.remove(node)
        self._by_host = {host: each for host, each in self._by_host.items() if each is not node}

    def lose(self, matching: Callable[[Datagram], bool], times: int = 1) -> None:
        """The next `times` datagrams that match (addresses as outside the NAT) are lost."""
        self._doomed.append((matching, times))

    def place_far(self, host: str, seconds: float) -> None:
        """What goes to this host (as outside its NAT), or comes from it, takes so much longer."""
        self._far[host_bytes(host)] = seconds

    def send(self, datagrams: Iterable[Datagram]) -> None:
        """Put datagrams on the wire now, as their source would."""
        for datagram in datagrams:
            nat = self._nats.get(datagram.source.host)
            if nat is not None and not nat.admits(datagram, self.now):
                continue
            outside = nat.leave(datagram, self.now) if nat else datagram
            lost = self._is_lost(outside)
            self.carried.append(Carried(self.now, outside, lost))
            if lost:
                continue
            self._put(outside)
            if self._chance.random() < self.duplicate:
                self._put(outside)

    def run(self, until: float) -> None:
        """Let everything happen that happens before `until` (seconds on the net's own clock)."""
        steps = 0
        while (when := self._next()) is not None and when <= until:
            steps = 0 if when > self.now else steps + 1
            if steps > MOMENT:
                raise RuntimeError(f"the clock stands still at {self.now}")
            self.now = max(self.now, when)
            self._step()
        self.now = max(self.now, until)

    def run_for(self, seconds: float) -> None:
        self.run(until=self.now + seconds)

    def _next(self) -> float | None:
        times = [when for node in self._nodes if (when := node.deadline()) is not None]
        times += [self._under_way[0][0]] if self._under_way else []
        return min(times, default=None)

    def _step(self) -> None:
        """One thing that is due: a datagram first, else one node's timer."""
        if self._under_way and self._under_way[0][0] <= self.now:
            self._deliver(heappop(self._under_way)[2])
            return
        for node in self._nodes:
            due = node.deadline()
            if due is not None and due <= self.now:
                self.send(node.handle_timeout(self.now))
                return

    def _deliver(self, datagram: Datagram) -> None:
        for nat in dict.fromkeys(self._nats.values()):
            if nat.owns(datagram.target.host):
                inside = nat.enter(datagram, self.now)
                break
        else:
            # A private address means nothing outside its own NAT.
            inside = None if datagram.target.host in self._nats else datagram
        node = self._by_host.get(inside.target.host) if inside else None
        if node is not None and inside is not None:
            self.send(node.receive(inside, self.now))

    def _put(self, datagram: Datagram) -> None:
        late = self._chance.randrange(int(self.jitter * 64) + 1) / 64
        ends = (datagram.source.host, datagram.target.host)
        late += sum(self._far.get(host, 0.0) for host in ends)
        self._sent += 1
        heappush(self._under_way, (self.now + DELAY + late, self._sent, datagram))

    def _is_lost(self, datagram: Datagram) -> bool:
        for place, (matching, times) in enumerate(self._doomed):
            if matching(datagram):
                self._doomed[place : place + 1] = [(matching, times - 1)] if times > 1 else []
                return True
        return self._chance.random() < self.loss
