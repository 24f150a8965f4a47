"""The wire, the clock and the NAT of the pair stories, with two nodes that only shout."""

from dataclasses import dataclass, field

import pytest

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.nat import Nat
from tests.pair.net import Net, endpoint

CLIENT, SERVER = endpoint("192.168.1.2:500"), endpoint("198.51.100.1:500")


@dataclass
class Asker:
    """Sends one question a second until the time is over."""

    here: Endpoint = CLIENT
    due: float | None = None
    left: int = 0
    heard: list[bytes] = field(default_factory=list)

    def start(self, now: float, count: int = 1) -> list[Datagram]:
        self.due, self.left = now + 1.0, count - 1
        return [Datagram(self.here, SERVER, bytes([self.left]))]

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        self.heard.append(datagram.payload)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        again = self.start(now, self.left) if self.left else []
        self.due = self.due if again else None
        return again

    def deadline(self) -> float | None:
        return self.due


@dataclass
class Answerer:
    """Says back what it heard, and remembers from where."""

    peers: list[Endpoint] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        self.peers.append(datagram.source)
        self.heard.append(datagram.payload)
        return [Datagram(datagram.target, datagram.source, datagram.payload)]

    def handle_timeout(self, now: float) -> list[Datagram]:
        return []

    def deadline(self) -> float | None:
        return None


def meet(net: Net, nat: Nat | None = None) -> tuple[Asker, Answerer]:
    asker, answerer = Asker(), Answerer()
    net.join(asker, "192.168.1.2", nat=nat)
    net.join(answerer, "198.51.100.1")
    return asker, answerer


def test_what_is_sent_arrives_and_the_clock_ends_where_it_should() -> None:
    net = Net(start=0.0)
    asker, answerer = meet(net)
    net.send(asker.start(net.now, count=3))
    net.run(until=10.0)
    assert asker.heard == answerer.heard == [b"\2", b"\1", b"\0"]
    assert net.now == 10.0


def test_after_the_nat_forgets_the_same_client_has_a_new_port() -> None:
    net, nat = Net(), Nat("203.0.113.7")
    asker, answerer = meet(net, nat)
    net.send(asker.start(net.now))
    net.run_for(1.0)
    nat.forget()
    net.send(asker.start(net.now))
    net.run_for(2.0)
    assert [str(peer) for peer in answerer.peers] == ["203.0.113.7:62000", "203.0.113.7:62001"]
    assert len(asker.heard) == 2


def test_an_answer_to_a_forgotten_mapping_goes_nowhere() -> None:
    net, nat = Net(), Nat("203.0.113.7")
    asker, answerer = meet(net, nat)
    net.send(asker.start(net.now))
    net.run_for(1.5 / 64)
    nat.forget()
    net.run_for(2.0)
    assert (len(answerer.heard), asker.heard) == (1, [])


def test_an_idle_mapping_runs_out() -> None:
    net, nat = Net(), Nat("203.0.113.7", idle=30.0, keep_ports=True)
    asker, answerer = meet(net, nat)
    net.send(asker.start(net.now))
    net.run_for(40.0)
    nat.keep_ports = False
    net.send(asker.start(net.now))
    net.run_for(1.0)
    assert [peer.port for peer in answerer.peers] == [500, 62000]


def test_the_second_client_behind_a_nat_does_not_get_the_first_ones_port() -> None:
    net, nat = Net(), Nat("203.0.113.7", keep_ports=True)
    asker, answerer = meet(net, nat)
    other = Asker(here=endpoint("192.168.1.3:500"))
    net.join(other, "192.168.1.3", nat=nat)
    net.send(asker.start(net.now) + other.start(net.now))
    net.run_for(1.0)
    assert [peer.port for peer in answerer.peers] == [500, 62000]
    assert len(asker.heard) == len(other.heard) == 1


def test_a_moved_nat_has_another_address() -> None:
    net, nat = Net(), Nat("203.0.113.7")
    asker, answerer = meet(net, nat)
    nat.move("203.0.113.8")
    net.send(asker.start(net.now))
    net.run_for(1.0)
    assert str(answerer.peers[0]) == "203.0.113.8:62000"


def test_nobody_reaches_a_private_address_from_outside() -> None:
    net = Net()
    asker, _ = meet(net, Nat("203.0.113.7"))
    net.send([Datagram(SERVER, CLIENT, b"hello")])
    net.run_for(1.0)
    assert asker.heard == []


def test_chance_loses_doubles_and_reorders_the_same_way_every_time() -> None:
    runs = []
    for _ in range(2):
        net = Net(loss=0.2, duplicate=0.2, jitter=3.0, seed=5)
        asker, answerer = meet(net)
        net.send(asker.start(net.now, count=100))
        net.run_for(200.0)
        runs.append(answerer.heard)
    heard = runs[0]
    assert runs[0] == runs[1]
    assert 60 < len(set(heard)) < 95
    assert len(heard) > len(set(heard))
    assert heard != sorted(heard, reverse=True)


def test_a_chosen_datagram_is_lost_once() -> None:
    net = Net()
    asker, answerer = meet(net)
    net.lose(lambda datagram: datagram.payload == b"\1")
    net.send(asker.start(net.now, count=3))
    net.run_for(5.0)
    assert answerer.heard == [b"\2", b"\0"]
    assert [each.lost for each in net.carried].count(True) == 1


def test_who_has_left_hears_nothing() -> None:
    net = Net()
    asker, answerer = meet(net)
    net.leave(answerer)
    net.send(asker.start(net.now, count=3))
    net.run_for(5.0)
    assert answerer.heard == []


def test_a_node_whose_timer_never_goes_out_is_found() -> None:
    class Stuck(Answerer):
        def deadline(self) -> float | None:
            return 1000.0

    net = Net()
    net.join(Stuck(), "198.51.100.1")
    with pytest.raises(RuntimeError, match="stands still"):
        net.run_for(1.0)
