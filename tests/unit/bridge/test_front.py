"""Packet by packet: what of that which is on its way to a server goes on."""

from dataclasses import replace

import pytest

from gateway.bridge.front import InFront, takes_of
from gateway.bridge.gateway import Gateway
from gateway.control.config import Config, Front
from gateway.ike.header import Header, build_message
from gateway.ike.nat import VARIANTS, Variant
from gateway.ike.numbers import NO_COOKIE, RSA_SIGNATURES, Exchange, Kind
from gateway.ike.offers import offer_ike
from gateway.ike.payloads import Payload, build_chain
from gateway.ike.proposals import IKE_SUITES
from gateway.wire.ipv4 import PROTOCOL_AH, PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.pair.gateway_world import configure
from tests.pair.native_world import NATIVE, route_to
from tests.pair.net import seeded

CLIENT = host_bytes("203.0.113.80")
SERVER, PPTP_SERVER, OTHER = (host_bytes(each) for each in (NATIVE, "192.0.2.20", "192.0.2.99"))
COOKIE_I, COOKIE_R = b"ours-too", b"theirs-2"
TAKEN, NOT_TAKEN = "3des-sha1-modp1024", "aes256-sha1-modp2048"


def config(*servers: bytes, routes: int = 1) -> Config:
    native = (route_to(NATIVE), route_to(NATIVE, ike=(NOT_TAKEN,)))[:routes]
    return replace(configure(routes=native), front=Front(servers))


def front(*servers: bytes) -> InFront:
    given = config(*(servers or (SERVER, PPTP_SERVER)))
    return Gateway(given, seeded(1), 0.0).front


def udp(payload: bytes, port: int = 500, target: bytes = SERVER) -> bytes:
    return build_ipv4(CLIENT, target, PROTOCOL_UDP, build_udp(500, port, payload))


def esp(target: bytes = SERVER) -> bytes:
    return build_ipv4(CLIENT, target, PROTOCOL_ESP, b"\1\2\3\4" + bytes(36))


def first(*suites: str, vendors: tuple[bytes, ...] = (), method: int = 1) -> bytes:
    offer = offer_ike([IKE_SUITES[name] for name in suites], 3600, method)
    payloads = [Payload(Kind.SA, offer), *(Payload(Kind.VENDOR, each) for each in vendors)]
    return build_message(Header(COOKIE_I, NO_COOKIE, Kind.SA, Exchange.MAIN), build_chain(payloads))


def later(exchange: int = Exchange.MAIN) -> bytes:
    return build_message(Header(COOKIE_I, COOKIE_R, Kind.KE, exchange), bytes(40))


def test_main_mode_begins_at_the_server_if_it_can_take_the_offer() -> None:
    at = front()
    assert at.lets_pass(udp(first(TAKEN)))
    assert at.lets_pass(udp(first(NOT_TAKEN, TAKEN)))
    assert at.lets_pass(udp(first(TAKEN, method=RSA_SIGNATURES)))
    assert at.passed == 3


def test_what_no_suite_of_its_fits_is_ours() -> None:
    at = front()
    assert not at.lets_pass(udp(first(NOT_TAKEN)))
    assert not at.lets_pass(udp(first(TAKEN, method=65001)))
    assert at.passed == 0


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_who_offers_to_traverse_a_nat_is_ours(variant: Variant) -> None:
    vendors = (b"something else", variant.vendor_id)
    assert not front().lets_pass(udp(first(TAKEN, vendors=vendors)))


def test_by_a_way_that_the_owner_does_not_allow_nobody_is_helped() -> None:
    given = config(SERVER)
    old = replace(given, outside=replace(given.outside, natt=("rfc3947",)))
    at = Gateway(old, seeded(1), 0.0).front
    by_name = {variant.name: variant.vendor_id for variant in VARIANTS}
    assert at.lets_pass(udp(first(TAKEN, vendors=(by_name["draft-02"],))))
    assert not at.lets_pass(udp(first(TAKEN, vendors=(by_name["rfc3947"],))))


def test_later_messages_and_esp_of_nobody_we_know_are_the_servers() -> None:
    at = front()
    for exchange in (Exchange.MAIN, Exchange.QUICK, Exchange.INFORMATIONAL):
        assert at.lets_pass(udp(later(exchange)))
    assert at.lets_pass(esp())


@pytest.mark.parametrize(
    "packet",
    [
        udp(bytes(4) + first(TAKEN), port=4500),
        udp(b"\1\2\3\4" + bytes(36), port=4500),
        udp(bytes(8) + b"\1\2\3\4" + bytes(36)),
        udp(b"\xff"),
        udp(b"\xff", port=4500),
        udp(b""),
        udp(first(TAKEN)[:-1]),
        udp(first(TAKEN)[:28]),
        udp(build_message(Header(COOKIE_I, NO_COOKIE, 33, 34, version=0x20), bytes(40))),
        udp(build_message(Header(COOKIE_I, NO_COOKIE, Kind.SA, Exchange.AGGRESSIVE), bytes(40))),
        udp(later(Exchange.AGGRESSIVE)),
        udp(later(Exchange.AUTHIP)),
        udp(later(255)),
        udp(build_message(Header(COOKIE_I, COOKIE_R, 33, 34, version=0x20), bytes(40))),
        udp(build_message(Header(COOKIE_I, COOKIE_R, 33, Exchange.MAIN, version=0x20), bytes(40))),
        udp(build_message(Header(COOKIE_I, COOKIE_R, 0, Exchange.INFORMATIONAL), b"")),
        build_ipv4(CLIENT, SERVER, PROTOCOL_UDP, b"short"),
        b"",
    ],
)
def test_nat_traversal_and_what_is_broken_or_too_new_does_not_go_on(packet: bytes) -> None:
    assert not front().lets_pass(packet)


def test_to_a_server_without_ipsec_nothing_goes_on() -> None:
    at = front()
    assert not at.lets_pass(udp(first(TAKEN), target=PPTP_SERVER))
    assert not at.lets_pass(udp(later(), target=PPTP_SERVER))
    assert not at.lets_pass(esp(PPTP_SERVER))
    assert not at.lets_pass(esp(OTHER))


def test_authentication_headers_are_of_servers_with_ipsec_alone() -> None:
    at = front()
    assert at.lets_pass(build_ipv4(CLIENT, SERVER, PROTOCOL_AH, bytes(24)))
    assert not at.lets_pass(build_ipv4(CLIENT, PPTP_SERVER, PROTOCOL_AH, bytes(24)))


def test_a_server_takes_what_all_its_routes_say() -> None:
    assert takes_of(config(SERVER, PPTP_SERVER, routes=2)) == {
        SERVER: {TAKEN, NOT_TAKEN},
        PPTP_SERVER: frozenset(),
    }


def test_a_new_configuration_holds_from_the_next_packet_on() -> None:
    at = front(PPTP_SERVER)
    assert not at.lets_pass(udp(first(TAKEN)))
    at.follow(config(SERVER))
    assert at.lets_pass(udp(first(TAKEN)))
