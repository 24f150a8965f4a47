"""ESP packets opened beside the road, with the keys their pair has kept."""

import pytest

from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.opened import inbound_keys, open_esp, outbound_keys, sent_by
from gateway.bridge.place import Place
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES
from gateway.l2tp.machine import Lns
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.net import seeded

LOCAL = Endpoint(host_bytes("198.51.100.1"), 4500)
SEGMENT = bytes.fromhex("06a506a500120000") + b"ten bytes."
IP = bytes(16)


def pair(suite: str, spi: int = 1000) -> Pair:
    chosen = SUITES[suite]
    there = bytes(range(chosen.keymat_length))
    back = bytes(reversed(there))
    inbound, outbound = Inbound(spi, chosen, there), Outbound(spi + 1, chosen, back, seeded(1))
    return Pair(1, suite, inbound, outbound, Kind.ESP_IN_UDP, keymat_in=there, keymat_out=back)


def sealed(one: Pair) -> bytes:
    packet = one.outbound.seal(SEGMENT)
    assert isinstance(packet, bytes)
    return packet


def leg(host: str, *pairs: Pair) -> ClientLeg:
    there = Endpoint(host_bytes(host), 62000)
    lns = Lns("x", bytes)
    made = ClientLeg(1, 10.0, "old-pc", "192.168.1.2", LOCAL, Place(there, there), lns)
    for each in pairs:
        made.add_pair(each, 1701)
    return made


@pytest.mark.parametrize("suite", sorted(SUITES))
def test_what_a_pair_has_sealed_is_opened_with_its_keys(suite: str) -> None:
    one = pair(suite)
    packet = sealed(one)
    keys = outbound_keys(one)
    assert keys.spi == 1001
    assert open_esp(keys, packet, 0, len(packet)) == SEGMENT
    assert open_esp(keys, IP + packet + b"padding", 16, 16 + len(packet)) == SEGMENT


def test_the_other_directions_keys_do_not_open_it() -> None:
    one = pair("3des-sha1")
    packet = sealed(one)
    assert open_esp(inbound_keys(one), packet, 0, len(packet)) is None


@pytest.mark.parametrize("length", [0, 8, 20, 37])
def test_a_packet_too_short_is_not_opened(length: int) -> None:
    assert open_esp(inbound_keys(pair("3des-sha1")), bytes(length), 0, length) is None


def test_of_two_clients_with_the_same_spi_the_address_tells_which() -> None:
    first, second = leg("203.0.113.7", pair("3des-sha1")), leg("203.0.113.8", pair("aes128-sha1"))
    packet = bytes(16) + host_bytes("203.0.113.8") + (1001).to_bytes(4, "big")
    found = sent_by(packet, 20, [first, second])
    assert found is not None
    assert found[0] is second
    assert sent_by(packet[:20] + b"none", 20, [first, second]) is None


def test_keys_are_in_nothing_that_could_be_printed() -> None:
    one = pair("3des-sha1")
    keys = inbound_keys(one)
    assert repr(keys.cipher_key) not in repr(keys)
    assert repr(keys.mac_key) not in repr(keys)
    assert repr(one.keymat_in) not in repr(one)
