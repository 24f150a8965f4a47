"""What a director asks, and what it hears."""

import pytest

from gateway.bridge.directors import answer, ike_packet, is_question
from gateway.bridge.guest import LOOPBACK
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.numbers import NO_COOKIE, Exchange, Kind
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Datagram, Endpoint, parse_udp
from tests.pair.net import seeded

DIRECTOR = Endpoint(host_bytes("203.0.113.4"), 40000)
HERE = Endpoint(host_bytes("203.0.113.2"), 500)
COOKIE = bytes(range(1, 9))
QUESTION = build_message(Header(COOKIE, NO_COOKIE, 0, Exchange.MAIN), b"")


def asked(message: bytes, target: Endpoint = HERE) -> list[bytes]:
    """The UDP payloads that go back to where the message came from."""
    found = []
    for output in answer(Datagram(DIRECTOR, target, message), seeded(1)):
        header = parse_ipv4(output.packet)  # type: ignore[union-attr]
        assert (header.source, header.target) == (target.host, DIRECTOR.host)
        source, port, payload = parse_udp(output.packet[header.start : header.end])  # type: ignore[union-attr]
        assert (source, port) == (target.port, DIRECTOR.port)
        found.append(payload)
    return found


def test_it_hears_its_cookie_with_one_of_ours_in_as_many_bytes() -> None:
    [reply] = asked(QUESTION)
    header, body = parse_header(reply)
    assert (header.cookie_i, header.exchange, body) == (COOKIE, Exchange.MAIN, b"")
    assert header.cookie_r != NO_COOKIE
    assert len(reply) == len(QUESTION)


def test_what_asks_with_more_hears_no_more() -> None:
    [reply] = asked(build_message(Header(COOKIE, NO_COOKIE, Kind.SA, Exchange.MAIN), bytes(200)))
    assert len(reply) == len(QUESTION)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        QUESTION[:-1],
        build_message(Header(COOKIE, COOKIE, 0, Exchange.MAIN), b""),  # an answer of another's
        build_message(Header(NO_COOKIE, NO_COOKIE, 0, Exchange.MAIN), b""),
        build_message(Header(COOKIE, NO_COOKIE, 0, Exchange.MAIN, version=0x20), b""),
    ],
)
def test_what_is_no_question_is_not_answered(message: bytes) -> None:
    assert asked(message) == []


def test_directors_are_answered_always_and_this_machine_where_it_only_asks() -> None:
    here, other = Endpoint(LOOPBACK, 40000), Endpoint(host_bytes("203.0.113.9"), 500)
    dial = build_message(Header(COOKIE, NO_COOKIE, Kind.SA, Exchange.MAIN), bytes(200))
    found = [
        is_question(Datagram(source, HERE, message), {DIRECTOR.host})
        for source in (DIRECTOR, here, other)
        for message in (QUESTION, dial)
    ]
    assert found == [True, True, True, False, False, False]


def test_from_port_4500_the_marker_comes_before_it() -> None:
    packet = ike_packet(Endpoint(HERE.host, 4500), DIRECTOR, QUESTION).packet
    header = parse_ipv4(packet)
    assert parse_udp(packet[header.start : header.end])[2] == bytes(4) + QUESTION
