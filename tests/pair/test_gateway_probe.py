"""The box dials itself by loopback: admitted for a moment, for one endpoint, and nothing stays."""

from typing import Any

import pytest

from gateway.bridge.answers import answer
from gateway.bridge.gateway import Gateway
from gateway.bridge.guest import LOOPBACK, NAME, STAYS
from gateway.ike.events import Send
from gateway.ike.probe import Probe, ProbeEvent, Proved
from gateway.outputs import Output, SendIp
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, parse_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp, parse_udp
from tests.pair.gateway_world import configure
from tests.pair.net import seeded

HERE, THERE = Endpoint(LOOPBACK, 40000), Endpoint(LOOPBACK, 500)
KEY = b"half a minute's key"


def ask(gateway: Gateway, now: float, **request: Any) -> dict[str, Any]:
    found, outputs = answer(gateway, {"verb": "probe", **request}, now)
    assert outputs == []
    return found


def probe(gateway: Gateway, now: float, here: Endpoint = HERE) -> list[ProbeEvent]:
    """What the probe finds out; packets go to and fro at once."""
    asking = Probe(KEY, here, THERE, seeded(5))
    told: list[ProbeEvent] = []
    waiting = asking.start(now)
    while waiting:
        event = waiting.pop(0)
        if isinstance(event, Send):
            segment = build_checked_udp(here, THERE, event.message)
            packet = build_ipv4(LOOPBACK, LOOPBACK, PROTOCOL_UDP, segment)
            for back in datagrams(gateway.receive_packet(packet, now)):
                waiting += asking.receive(back, now)
        else:
            told.append(event)
    return told


def datagrams(outputs: list[Output]) -> list[Datagram]:
    packets = [output.packet for output in outputs if isinstance(output, SendIp)]
    found = []
    for packet in packets:
        header = parse_ipv4(packet)
        source, target, payload = parse_udp(packet[header.start : header.end])
        found.append(
            Datagram(Endpoint(header.source, source), Endpoint(header.target, target), payload)
        )
    return found


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(configure(), seeded(1), 0.0)


def test_the_box_answers_itself_and_nothing_stays(gateway: Gateway) -> None:
    assert ask(gateway, 0.0, port=40000, key=KEY.hex())["ok"]
    assert [type(event) for event in probe(gateway, 1.0)] == [Proved]
    for now in (10.0, 60.0, 300.0, 1000.0):
        gateway.handle_timeout(now)
    assert not gateway.clients.legs
    assert not gateway.clients.by_spi
    assert not gateway.sessions


def test_without_being_admitted_the_same_dial_ends_in_silence(gateway: Gateway) -> None:
    assert probe(gateway, 1.0) == []
    assert not gateway.clients.by_spi


def test_another_port_is_another_machine(gateway: Gateway) -> None:
    ask(gateway, 0.0, port=40000, key=KEY.hex())
    assert probe(gateway, 1.0, Endpoint(LOOPBACK, 40001)) == []
    assert not gateway.clients.by_spi


def test_the_time_ends_by_itself_and_a_reload_does_not_end_it(gateway: Gateway) -> None:
    ask(gateway, 0.0, port=40000, key=KEY.hex())
    gateway.reload(configure(), 1.0)
    assert [type(event) for event in probe(gateway, 2.0)] == [Proved]
    gateway.handle_timeout(STAYS)
    assert probe(gateway, STAYS + 1) == []


def test_a_second_guest_takes_the_place_of_the_first_for_its_whole_time(gateway: Gateway) -> None:
    ask(gateway, 0.0, port=1, key=KEY.hex())
    ask(gateway, 20.0, port=40000, key=KEY.hex())
    gateway.handle_timeout(STAYS)
    assert [type(event) for event in probe(gateway, 40.0)] == [Proved]


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"port": 40000, "key": "00"},
        {"port": 40000, "key": "no digits at all, these"},
        {"port": 0, "key": KEY.hex()},
        {"port": True, "key": KEY.hex()},
        {"port": 40000, "key": 7},
    ],
)
def test_what_makes_no_guest_is_refused(gateway: Gateway, request_: dict[str, Any]) -> None:
    assert not ask(gateway, 0.0, **request_)["ok"]


def test_the_account_calls_it_what_it_is(gateway: Gateway) -> None:
    ask(gateway, 0.0, port=40000, key=KEY.hex())
    probe(gateway, 1.0)
    found, _ = answer(gateway, {"verb": "session", "id": 1}, 2.0)
    assert NAME in str(found)
    assert KEY.hex() not in str(found)
