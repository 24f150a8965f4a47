"""Many clients at once, above all behind one NAT and all with inner port 1701."""

from dataclasses import replace

import pytest

from gateway.bridge.views import session_views
from gateway.control.config import Client
from gateway.control.values import network
from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP


def entries(count: int) -> list[Client]:
    return [client_entry(f"pc-{number}", f"key number {number}") for number in range(count)]


def behind_one_nat(count: int) -> World:
    """`count` clients behind one NAT, each with a key of its own, all up."""
    world, nat = meet(*entries(count)), Nat(NAT)
    for number in range(count):
        client = world.join(host=f"192.168.1.{number + 2}", nat=nat, psk=f"key number {number}")
        world.dial(client, 2.0)
    world.net.run_for(5.0)
    assert all(client.up for client in world.clients)
    return world


def test_what_the_server_starts_reaches_the_right_client_of_two_behind_one_nat() -> None:
    """Interleaved, and the server speaks first: where gateways of today go wrong (LAB.md)."""
    world = behind_one_nat(2)
    lines = world.server.lines
    for number in range(50):
        for who, line in enumerate(lines):
            world.net.send(world.server.send_data(line, IP, b"to %d, %03d" % (who, number)))
        world.net.run_for(1 / 16)
    world.net.run_for(1.0)
    for who, client in enumerate(world.clients):
        expected = [b"to %d, %03d" % (who, number) for number in range(50)]
        assert [frame[-9:] for frame in client.ppp.got] == expected
    assert world.errors() == []


def test_what_two_clients_behind_one_nat_send_ends_in_the_right_calls() -> None:
    world = behind_one_nat(2)
    for who, client in enumerate(world.clients):
        world.net.send(client.send_data(IP, b"from %d" % who))
    world.net.run_for(1.0)
    ends = [line.ppp for line in world.server.lines]
    assert [[frame[-6:] for frame in end.got] for end in ends if end] == [[b"from 0"], [b"from 1"]]


def test_each_key_is_the_key_of_one_client() -> None:
    world = behind_one_nat(3)
    views = session_views(world.core, world.net.now)
    assert [view.client for view in views] == ["pc-0", "pc-1", "pc-2"]


def test_one_of_two_behind_a_nat_hangs_up_and_the_other_does_not_notice() -> None:
    world = behind_one_nat(2)
    first, second = world.clients
    world.net.send(first.hang_up(world.net.now))
    world.net.run_for(3.0)
    world.net.send(first.drop_keys())
    world.net.run_for(600.0)
    assert second.up
    world.net.send(world.server.send_data(world.server.lines[1], IP, b"still there"))
    world.net.run_for(1.0)
    assert second.ppp.got[-1].endswith(b"still there")
    assert len(world.core.sessions) == 1


def test_machines_with_one_name_and_key_behind_one_nat_have_sessions_of_their_own() -> None:
    world, nat = meet(), Nat(NAT)
    clients = [world.join(host=f"192.168.1.{number}", nat=nat) for number in (2, 3, 4)]
    for client in clients:
        world.dial(client, 3.0)
    assert all(client.up for client in clients)
    assert len(world.core.sessions) == 3
    assert len(world.core.clients.legs) == 3


def test_a_client_without_a_nat_stands_beside_those_behind_one() -> None:
    world = behind_one_nat(2)
    world.ask(world.core.reload(configure(*entries(2), client_entry()), world.net.now))
    world.call_up(nat=None, host="203.0.113.50")
    assert all(client.up for client in world.clients)


def test_two_routes_lead_to_two_servers() -> None:
    world = meet(client_entry("a", "key a"), client_entry("b", "key b", route="other"))
    world.call_up(psk="key a")
    world.call_up(psk="key b", host="192.168.2.2", nat=Nat("203.0.113.8"))
    assert (len(world.server.lines), len(world.other.lines)) == (1, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_ten_clients_behind_one_nat_dial_at_once_through_a_bad_line(seed: int) -> None:
    world = meet(*entries(10), loss=0.1, duplicate=0.1, jitter=0.125, seed=seed)
    nat = Nat(NAT)
    for number in range(10):
        world.join(host=f"192.168.1.{number + 2}", nat=nat, psk=f"key number {number}")
    for client in world.clients:
        world.net.send(client.dial(world.net.now))
    world.net.run_for(90.0)
    assert all(client.up for client in world.clients)
    assert len(world.core.sessions) == 10


def test_a_reload_leaves_sessions_as_they_are_and_new_dials_follow_it() -> None:
    world = behind_one_nat(1)
    [before] = entries(1)
    edited = replace(before, route="other", address=network("192.0.2.99"))
    config = configure(edited, client_entry("new", "new key"))
    world.ask(world.core.reload(config, world.net.now))
    world.net.run_for(120.0)
    [old] = world.clients
    assert old.up
    world.net.send(world.server.send_data(world.server.line, IP, b"as before"))
    world.net.run_for(1.0)
    assert old.ppp.got[-1].endswith(b"as before")
    new = world.join(host="192.168.1.77", nat=Nat("203.0.113.8"), psk="new key")
    world.dial(new)
    stale = world.join(host="192.168.1.78", nat=Nat("203.0.113.9"), psk="key number 0")
    world.dial(stale)
    assert (old.up, new.up, stale.up) == (True, True, False)
    assert len(world.facts(What.RELOADED)) == 1
