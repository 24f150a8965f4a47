"""What is wanted of the kernel, worked out of a leg as it is."""

from gateway.bridge.classify import Kind
from gateway.bridge.paths import (
    HARD_LEAST,
    HARD_SHARE,
    LINGER,
    hand_over,
    l2tp_end,
    leg_path,
    next_soft,
    payload_of,
    place_of,
    trunk_end,
    trunk_path,
    why_not,
)
from gateway.esp.sa import ENDLESS
from gateway.paths import Abilities, L2tpEnd
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import INSIDE
from tests.pair.native_world import NATIVE, meet
from tests.unit.bridge.test_client_leg import ESP_PEER, KEYMAT, LOCAL, SUITE, make, pair

VIRTUAL = bytes((100, 127, 0, 1))
ABLE = Abilities(suites=frozenset({("3des", "sha1")}))


def test_a_pair_is_handed_over_where_it_stands() -> None:
    one = pair(1000)
    one.outbound.sequence = 7
    one.inbound.resume(5)
    one.until = 100.0
    found = hand_over(one, 40.0)
    assert (found.sent, found.heard, found.seen) == (7, 5, 0b11111)
    assert found.seconds == 60 + LINGER
    assert found.soft == found.hard == {True: None, False: None}


def test_a_lifetime_in_bytes_is_a_soft_limit_of_payload_and_a_hard_one_far_behind() -> None:
    one = pair(1000)
    one.inbound.limit, one.inbound.payload_bytes = 1000, 400
    found = hand_over(one, 0.0)
    assert (found.soft[True], found.hard[True]) == (600, HARD_LEAST + HARD_SHARE * 600)
    assert next_soft(one.inbound, 5000) == 5600


def test_a_lifetime_that_is_too_long_for_the_kernel_to_count_is_none() -> None:
    one = pair(1000)
    one.inbound.limit = ENDLESS // HARD_SHARE
    found = hand_over(one, 0.0)
    assert (found.soft[True], found.hard[True]) == (None, None)


def test_only_what_was_handed_over_is_wanted() -> None:
    one, other = pair(1000, confirmed=True), pair(2000)
    for each in (one, other):
        each.keymat_in = each.keymat_out = KEYMAT
    leg = make(one, other)
    path = leg_path(leg, VIRTUAL, {1000: hand_over(one, 0.0)}, 5, True)
    assert [sa.spi for sa in path.inbound] == [1000]
    assert path.outbound is not None
    assert (path.outbound.spi, path.virtual, path.near) == (1001, VIRTUAL, LOCAL.host)
    assert (path.peer, path.tunnel, path.port) == (ESP_PEER, 5, 1701)
    assert path == leg_path(leg, VIRTUAL, {1000: hand_over(one, 0.0)}, 5, True)
    assert "cipher_key" not in repr(path)


def test_an_unconfirmed_pair_is_told_of_at_its_first_packet() -> None:
    one = pair(1000)
    one.keymat_in = one.keymat_out = KEYMAT
    path = leg_path(make(one), VIRTUAL, {1000: hand_over(one, 0.0)}, 0, True)
    assert path.inbound[0].soft_packets == 1
    one.confirmed = True
    path = leg_path(make(one), VIRTUAL, {1000: hand_over(one, 0.0)}, 0, True)
    assert path.inbound[0].soft_packets is None


def test_plain_esp_has_no_port() -> None:
    assert place_of(make(pair(1000, carrier=Kind.ESP))) == Endpoint(ESP_PEER.host, 0)
    assert place_of(make(pair(1000))) == ESP_PEER


def test_what_the_kernel_cannot_is_a_reason() -> None:
    leg = make(pair(1000))
    assert why_not(leg, ABLE) == ""
    assert why_not(leg, Abilities(lacks="it has no L2TP")) == "it has no L2TP"
    assert "3des-sha1" in why_not(leg, Abilities())
    no_udp = Abilities(suites=ABLE.suites, udp=False)
    assert "out of UDP" in why_not(leg, no_udp)
    first_draft = make(pair(1000, carrier=Kind.ESP_ON_500))
    assert "draft 00 or 01" in why_not(first_draft, ABLE)


def test_headers_are_no_payload() -> None:
    each = 8 + 8 + 2 + 12  # SPI and sequence, IV, trailer, ICV
    assert payload_of(SUITE, 10 * (each + 100), 10) == 1000
    assert payload_of(SUITE, 0, 3) == 0


def test_an_end_of_l2tp_has_the_peers_number_of_the_tunnel() -> None:
    leg = make(pair(1000))
    leg.peer_tunnels[5] = 6
    end = l2tp_end(leg, 1, 5, 7, 8)
    assert (end.leg, end.tunnel, end.peer_tunnel, end.call, end.peer_call) == (1, 5, 6, 7, 8)


def test_of_a_lifetime_that_is_renewed_early_that_share_is_told_first_and_then_its_end() -> None:
    one = pair(1000)
    one.inbound.limit, one.inbound.payload_bytes = 1000, 400
    found = hand_over(one, 0.0, 0.6)
    assert (found.soft[True], found.hard[True]) == (200, HARD_LEAST + HARD_SHARE * 600)
    one.inbound.payload_bytes = 600
    assert next_soft(one.inbound, 5000, 0.6) == 5400


def test_the_way_to_a_server_is_plain_esp_between_two_addresses_inside() -> None:
    world = meet()
    world.dial_one()
    (trunk,) = world.core.board.trunks.by_place.values()
    [(spi, one)] = trunk.keys.pairs.items()
    path = trunk_path(trunk, VIRTUAL, {spi: hand_over(one, 0.0)})
    assert (path.near, path.peer) == (host_bytes(INSIDE), Endpoint(host_bytes(NATIVE), 0))
    assert (path.port, path.tunnel, path.virtual) == (1701, trunk.lac.tunnel, VIRTUAL)
    assert [(sa.spi, sa.soft_packets) for sa in path.inbound] == [(spi, None)]
    assert path.outbound is not None
    assert path.outbound.spi == one.outbound.spi
    one.inbound.heard_at = trunk.keys.current = None
    path = trunk_path(trunk, VIRTUAL, {spi: hand_over(one, 0.0)})
    assert (path.inbound[0].soft_packets, path.outbound) == (1, None)


def test_a_calls_end_in_a_trunk_has_the_servers_numbers() -> None:
    world = meet()
    world.dial_one()
    ((leg, _),) = world.core.board.by_leg.items()
    lac = leg.trunk.lac  # type: ignore[attr-defined]  # it is a leg of ours
    end = trunk_end(leg, 9)  # type: ignore[arg-type]
    assert end == L2tpEnd(9, lac.tunnel, lac.peer_tunnel, leg.call_id, leg.peer_call)  # type: ignore[attr-defined]
