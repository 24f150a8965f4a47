"""Directors before several gateways: they are told that one is there, and nothing comes of it."""

from dataclasses import replace

from gateway.bridge.gateway import Gateway
from gateway.control.companions import Fleet
from gateway.control.config import Config
from gateway.ike.header import Header, build_message
from gateway.ike.numbers import NO_COOKIE, Exchange
from gateway.outputs import Fact, Output
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Endpoint, build_checked_udp
from tests.pair.gateway_world import OUTSIDE, configure
from tests.pair.net import seeded

DIRECTOR, OTHER = host_bytes("203.0.113.4"), host_bytes("203.0.113.5")
HERE = host_bytes(OUTSIDE)
QUESTION = build_message(Header(bytes(range(1, 9)), NO_COOKIE, 0, Exchange.MAIN), b"")


def behind(*directors: bytes) -> Config:
    return replace(configure(), fleet=Fleet(HERE, directors))


def ask(gateway: Gateway, host: bytes, now: float) -> list[Output]:
    source, target = Endpoint(host, 40000), Endpoint(HERE, 500)
    segment = build_checked_udp(source, target, QUESTION)
    return gateway.receive_packet(build_ipv4(host, HERE, PROTOCOL_UDP, segment), now)


def test_a_director_is_answered_as_often_as_it_asks_and_leaves_no_trace() -> None:
    gateway = Gateway(behind(DIRECTOR), seeded(1), 0.0)
    before = gateway.counters()
    for number in range(1000):
        [reply] = ask(gateway, DIRECTOR, number / 1024)
        assert not isinstance(reply, Fact)
    assert gateway.counters() == before
    assert gateway.clients.visitors.visits() == []
    assert (gateway.clients.ike.half_open, gateway.deadline()) == (0, None)


def test_nobody_else_is_answered_so() -> None:
    gateway = Gateway(behind(DIRECTOR), seeded(1), 0.0)
    assert ask(gateway, OTHER, 1.0) == []


def test_a_director_of_a_new_configuration_is_answered_at_once() -> None:
    gateway = Gateway(behind(DIRECTOR), seeded(1), 0.0)
    gateway.reload(behind(OTHER), 1.0)
    assert len(ask(gateway, OTHER, 2.0)) == 1
    assert ask(gateway, DIRECTOR, 2.0) == []
