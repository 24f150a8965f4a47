"""Which of several servers is there. How calls go past one is told in tests/pair/test_routes.py."""

from dataclasses import replace

from gateway.bridge.servers import Servers
from gateway.bridge.trunks import Trunks
from gateway.control.config import Route
from gateway.outputs import CloseTcp, Fact, OpenTcp, Output, SendIp, What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import INSIDE, configure
from tests.pair.native_world import NATIVE, SECOND, route_to
from tests.pair.net import seeded

ONE, TWO = (Endpoint(host_bytes(host), 1723) for host in ("192.0.2.20", "192.0.2.21"))
ROUTE = Route("two", "pptp", ONE, (TWO,), check_seconds=30)


def make(*routes: Route) -> Servers:
    keys = iter(range(1, 100))
    servers = Servers(lambda: next(keys), Trunks(seeded(1), 60.0).policy, seeded(2))
    servers.follow(configure(routes=routes or (ROUTE,)), 0.0)
    return servers


def facts(outputs: list[Output]) -> list[What]:
    return [output.what for output in outputs if isinstance(output, Fact)]


def test_a_route_with_one_server_is_not_looked_after() -> None:
    servers = make(replace(ROUTE, others=()))
    assert servers.deadline() is None
    assert servers.note_down(ROUTE, ONE, "no answer", 1.0) == []
    assert servers.in_order(replace(ROUTE, others=())) == [ONE]
    assert servers.known() == []


def test_those_that_are_looked_after_are_known() -> None:
    assert [server.endpoint for server in make().known()] == [ONE, TWO]


def test_each_is_looked_at_by_a_connection_that_is_closed_at_once() -> None:
    servers = make()
    assert servers.handle_timeout(0.0) == [
        OpenTcp(1, host_bytes(INSIDE), ONE),
        OpenTcp(2, host_bytes(INSIDE), TWO),
    ]
    assert servers.handle_timeout(1.0) == []
    assert servers.tcp_opened(1, 2.0) == [CloseTcp(1)]
    assert facts(servers.tcp_closed(2, "connection refused", 2.0)) == [What.SERVER_DOWN]
    assert servers.in_order(ROUTE) == [ONE, TWO]
    assert servers.deadline() == 32.0


def test_those_that_are_down_come_last_and_are_not_left_out() -> None:
    servers = make()
    servers.note_down(ROUTE, ONE, "no answer", 1.0)
    assert servers.in_order(ROUTE) == [TWO, ONE]
    servers.note_down(ROUTE, TWO, "no answer", 1.0)
    assert servers.in_order(ROUTE) == [ONE, TWO]


def test_it_is_told_once_that_one_is_down_and_once_that_it_is_back() -> None:
    servers = make()
    told = [
        facts(servers.note_down(ROUTE, ONE, "no answer", 1.0)),
        facts(servers.note_down(ROUTE, ONE, "no answer", 2.0)),
        facts(servers.note_up(ROUTE, ONE, 3.0)),
        facts(servers.note_up(ROUTE, ONE, 4.0)),
    ]
    assert told == [[What.SERVER_DOWN], [], [What.SERVER_UP], []]


def test_what_is_down_is_shown_since_when() -> None:
    servers = make()
    servers.note_down(ROUTE, ONE, "no answer", 7.0)
    [(server, since)] = servers.down()
    assert (server.endpoint, server.reason, since) == (ONE, "no answer", 7.0)


def test_turns_go_round() -> None:
    servers = make(route := replace(ROUTE, order="turns"))
    assert [servers.in_order(route)[0] for _ in range(3)] == [ONE, TWO, ONE]


def test_a_connection_of_nobody_is_nobodys() -> None:
    servers = make()
    assert servers.tcp_opened(9, 0.0) == []
    assert servers.tcp_closed(0, "", 0.0) == []


def test_a_native_server_is_asked_by_ike_and_by_nothing_else() -> None:
    servers = make(route_to(NATIVE, SECOND))
    sent = servers.handle_timeout(0.0)
    assert [type(output) for output in sent] == [SendIp, SendIp]
    found = []
    while (due := servers.deadline()) is not None and due < 8.0:
        found += servers.handle_timeout(due)
    assert facts(found) == [What.SERVER_DOWN, What.SERVER_DOWN]


def test_after_a_reload_what_is_known_stays_and_what_is_gone_is_closed() -> None:
    servers = make()
    servers.handle_timeout(0.0)
    servers.note_down(ROUTE, TWO, "no answer", 1.0)
    servers.handle_timeout(31.0)
    third = Endpoint(host_bytes("192.0.2.29"), 1723)
    changed = replace(ROUTE, server=third)
    closed = servers.follow(configure(routes=(changed,)), 40.0)
    assert closed == [CloseTcp(1)]
    assert servers.in_order(changed) == [third, TWO]
