"""Which trunk a call takes and which one a packet is for."""

from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.trunks import NOTHING, Trunks
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Endpoint, build_udp
from tests.pair.gateway_world import INSIDE
from tests.pair.native_world import NATIVE, POOL, SECOND, meet, route_to
from tests.pair.net import seeded

US, THEM = host_bytes(INSIDE), Endpoint(host_bytes(NATIVE), 1701)
ROUTE = route_to(NATIVE)
EACH = route_to(NATIVE, tunnels="each", pool=POOL[:2])


def make() -> Trunks:
    return Trunks(seeded(1), 60.0)


def test_calls_to_one_server_take_one_trunk() -> None:
    trunks = make()
    first, _ = trunks.take(ROUTE, THEM, US, 0.0)
    second, _ = trunks.take(ROUTE, THEM, US, 0.0)
    assert first is second
    assert first is not None
    assert (first.local, first.server, first.alone) == (US, THEM, False)


def test_or_one_each_while_there_are_addresses() -> None:
    trunks = make()
    found = [trunks.take(EACH, THEM, US, 0.0)[0] for _ in range(3)]
    assert [trunk and trunk.local for trunk in found] == [POOL[0], POOL[1], None]


def test_one_address_serves_towards_two_servers() -> None:
    trunks = make()
    other = Endpoint(host_bytes(SECOND), 1701)
    one, _ = trunks.take(EACH, THEM, US, 0.0)
    two, _ = trunks.take(EACH, other, US, 0.0)
    assert one is not None
    assert two is not None
    assert one.local == two.local == POOL[0]


def test_the_policy_is_the_routes_and_shows_no_key() -> None:
    policy = make().policy(ROUTE, THEM)
    assert (policy.name, policy.ike_suites) == ("w2k", ("3des-sha1-modp1024",))
    assert "between" not in repr(policy)


def test_what_was_learnt_of_a_server_is_used_and_forgotten_with_it() -> None:
    trunks = make()
    trunks.ring.ports[THEM.host] = 0
    assert trunks.policy(ROUTE, THEM).server_port == 0
    trunks.keep({THEM.host})
    assert trunks.ring.ports == {THEM.host: 0}
    trunks.keep(set())
    assert trunks.policy(ROUTE, THEM).server_port == 1701


def test_a_trunk_that_is_gone_is_out_of_the_table() -> None:
    trunks = make()
    trunk, _ = trunks.take(ROUTE, THEM, US, 0.0)
    assert trunk is not None
    trunks.tidy(trunk)
    assert len(trunks.by_place) == 1
    leg = L2tpLeg(trunk, 1)
    leg.start(0.0)
    leg.hang_up(0.0)
    trunks.tidy(trunk)
    assert trunks.by_place == {}


def test_what_is_for_no_trunk_is_counted() -> None:
    trunks = make()
    udp = build_ipv4(THEM.host, US, PROTOCOL_UDP, build_udp(500, 500, b"x" * 28))
    esp = build_ipv4(THEM.host, US, PROTOCOL_ESP, bytes(range(64)))
    for packet in (b"", udp, esp):
        assert trunks.receive(packet, 0.0) == NOTHING
    counted = {name: count for name, count in trunks.counters().items() if count}
    assert counted == {"inside_not_for_us": 2, "inside_esp_no_sa": 1}


def test_a_pair_that_comes_to_its_end_is_renewed_while_the_trunk_takes_calls() -> None:
    world = meet()
    world.dial_one()
    trunks = world.core.board.trunks
    due = trunks.deadline()
    assert due is not None
    while not (found := trunks.handle_timeout(due)):
        due = trunks.deadline()
        assert due is not None
    assert len(found) == 1
    assert found[0][0].ike.busy
