"""How old servers send and take GRE (CLIENTS.md, PPTP servers): a window of 8, another address."""

import pytest

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import OTHER_SERVER, SERVER, World, meet
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.pptp_server import PptpServer

BEST_ROUTE = "192.0.2.25"  # of a server with two cards: nobody dialled it


def window_of_8(acks: float | None, **route: object) -> World:
    """A session to an NT 4 server after SP4, which acknowledges after so many seconds, or never."""
    world = meet(route=route or None)
    world.server.pptp = lambda number: PptpServer(0x1110 + number, window=8)
    world.call_up()
    world.net.run_for(2.0)
    gre = world.server.line.gre
    assert gre is not None
    gre.acks = acks
    world.server.frames.clear()
    return world


def heard(world: World, count: int) -> list[float]:
    """When the server had each of so many frames, of which the client sends 32 a second."""
    times: list[float] = []
    for number in range(count):
        before = len(world.server.frames)
        world.net.send(world.clients[0].send_data(IP, b"%03d" % number))
        world.net.run_for(1 / 32)
        times += [world.net.now] * (len(world.server.frames) - before)
    return times


def most_in_half_a_second(times: list[float]) -> int:
    return max(sum(early <= time < early + 0.5 for time in times) for early in times)


@pytest.mark.parametrize("acks", [0.0, 1 / 16, 0.75], ids=["at once", "soon", "late"])
def test_a_window_of_eight_is_filled_and_never_overrun_by_a_burst(acks: float) -> None:
    """Q162230, Q167040: eight packets since SP4."""
    world = window_of_8(acks)
    for number in range(40):
        world.net.send(world.clients[0].send_data(IP, b"%03d" % number))
    world.net.run_for(30.0)
    assert [frame[-3:] for frame in world.server.frames] == [b"%03d" % each for each in range(40)]
    assert world.errors() == []


def test_a_server_with_eight_that_never_acknowledges_gets_no_more_than_eight_at_a_time() -> None:
    times = heard(window_of_8(None), 320)
    assert len(times) > 8
    assert most_in_half_a_second(times) <= 8


def test_without_a_shield_it_is_held_to_be_deaf_after_a_while_and_gets_all_at_once() -> None:
    assert most_in_half_a_second(heard(window_of_8(None, shield=False), 320)) > 8


def answering_from(host: str) -> World:
    """A server with two cards, whose GRE leaves by the other one."""
    world = meet()
    world.server.here = Endpoint(host_bytes(host), 0)
    world.call_up()
    world.net.run_for(2.0)
    return world


def test_gre_from_the_address_of_the_servers_best_route_is_heard() -> None:
    """Q169831: NT answers from there, and not from the address that was called."""
    world = answering_from(BEST_ROUTE)
    [client], line = world.clients, world.server.line
    world.net.send(client.send_data(IP, b"from the client"))
    world.net.send(world.server.send_data(line, IP, b"from the server"))
    world.net.run_for(1.0)
    assert line.ppp is not None
    assert line.ppp.got[-1].endswith(b"from the client")
    assert client.ppp.got[-1].endswith(b"from the server")
    gre = [one.datagram for one in world.net.carried if one.datagram.source.port == 0]
    inward = {each.target.host for each in gre if each.source.host == host_bytes("192.0.2.1")}
    outward = {each.source.host for each in gre if each.target.host == host_bytes("192.0.2.1")}
    assert (inward, outward) == ({host_bytes(SERVER)}, {host_bytes(BEST_ROUTE)})
    assert world.errors() == []


@pytest.mark.parametrize("other", [SERVER, OTHER_SERVER, "192.0.2.66"])
def test_once_it_has_spoken_from_there_nobody_else_is_heard(other: str) -> None:
    """Whoever guesses the call's sixteen bits, be it from the address that was called."""
    world = answering_from(BEST_ROUTE)
    line = world.server.line
    [packet] = world.server.send_data(line, IP, b"a stranger's")
    before = len(world.clients[0].ppp.got)
    world.net.send([packet._replace(source=Endpoint(host_bytes(other), 0))])
    world.net.run_for(1.0)
    assert len(world.clients[0].ppp.got) == before
    assert world.core.counters()["gateway_other_server"] == 1
    [second] = world.server.send_data(line, IP, b"the server's")
    world.net.send([packet, second])
    world.net.run_for(1.0)
    assert [frame[-4:] for frame in world.clients[0].ppp.got[before:]] == [b"er's", b"er's"]
