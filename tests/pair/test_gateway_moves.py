"""The NAT gives the client another port or address; somebody else has recorded its packets."""

from dataclasses import replace

from gateway.outputs import What
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.gateway_world import NAT, OUTSIDE, World, meet
from tests.pair.nat import Nat
from tests.pair.net import endpoint
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

ELSEWHERE = endpoint("203.0.113.66:4500")
GATEWAY = endpoint(f"{OUTSIDE}:4500")


def up() -> tuple[World, L2tpIpsecClient, Nat]:
    world, nat = meet(), Nat(NAT)
    return world, world.call_up(nat=nat), nat


def peers(world: World) -> list[str]:
    return [str(leg.peer) for leg in world.core.clients.legs.values()]


def reaches(world: World, client: L2tpIpsecClient) -> bool:
    """A frame that the server sends first arrives at the client."""
    before = len(client.ppp.got)
    world.net.send(world.server.send_data(world.server.line, IP, b"are you there"))
    world.net.run_for(1.0)
    return len(client.ppp.got) == before + 1


def test_the_session_follows_a_client_whose_nat_has_a_new_port() -> None:
    world, client, nat = up()
    nat.forget()
    world.net.send(client.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    assert reaches(world, client)
    assert [fact.details["to"] for fact in world.facts(What.PEER_MOVED)] == peers(world)
    assert len(world.core.sessions) == 1


def test_the_session_follows_a_client_whose_line_has_a_new_address() -> None:
    world, client, nat = up()
    nat.move("203.0.113.99")
    world.net.send(client.send_data(IP, b"from a new address"))
    world.net.run_for(1.0)
    assert reaches(world, client)
    assert peers(world)[0].startswith("203.0.113.99:")


def test_until_the_client_speaks_nothing_moves() -> None:
    world, client, nat = up()
    before = peers(world)
    nat.forget()
    assert not reaches(world, client)
    assert peers(world) == before


def test_a_replayed_packet_from_elsewhere_moves_nothing() -> None:
    world, client, _ = up()
    before = peers(world)
    for packet in list(client.packets):
        world.net.send([Datagram(ELSEWHERE, GATEWAY, packet)])
    world.net.run_for(5.0)
    assert peers(world) == before
    assert not world.facts(What.PEER_MOVED)
    assert reaches(world, client)


def test_an_authentic_packet_that_is_not_the_newest_moves_nothing() -> None:
    """Held back by somebody on the way, and sent on from elsewhere after newer ones."""
    world, client, _ = up()
    before = peers(world)
    [held_back] = client.send_data(IP, b"held back")
    world.net.send(client.send_data(IP, b"newer"))
    world.net.run_for(1.0)
    world.net.send([held_back._replace(source=ELSEWHERE)])
    world.net.run_for(1.0)
    line = world.server.line
    assert line.ppp is not None
    assert [frame[24:] for frame in line.ppp.got] == [b"newer", b"held back"]
    assert peers(world) == before
    assert reaches(world, client)


def test_a_spoiled_packet_from_elsewhere_moves_nothing() -> None:
    world, client, _ = up()
    before = peers(world)
    [packet] = client.send_data(IP, b"x")
    spoiled = packet.payload[:-1] + bytes([packet.payload[-1] ^ 1])
    world.net.send([packet._replace(source=ELSEWHERE, payload=spoiled)])
    world.net.run_for(1.0)
    assert peers(world) == before
    assert reaches(world, client)


def test_a_rekey_from_the_new_port_ends_on_the_same_leg() -> None:
    world, client, nat = up()
    nat.forget()
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert reaches(world, client)
    assert len(world.core.clients.legs) == 1
    assert len(world.core.sessions) == 1


def test_a_new_phase_1_after_the_move_ends_on_the_same_leg() -> None:
    world, nat = meet(), Nat(NAT)
    client = world.call_up(nat=nat, profile=replace(SAFENET_98, initial_contact=""))
    nat.forget()
    world.net.send(client.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert reaches(world, client)
    assert len(world.core.clients.legs) == 1
    assert len(world.core.sessions) == 1


def test_a_moved_client_is_still_asked_whether_it_lives_and_answers() -> None:
    world, client, nat = up()
    nat.forget()
    world.net.send(client.send_data(IP, b"here"))
    world.net.run_for(600.0)
    assert client.up
    assert len(world.core.sessions) == 1


def test_plain_esp_from_another_address_moves_a_client_without_a_nat() -> None:
    world = meet()
    client = world.call_up(nat=None, host="203.0.113.50")
    [packet] = client.send_data(IP, b"I have a new address")
    world.net.send([packet._replace(source=Endpoint(ELSEWHERE.host, 0))])
    world.net.run_for(1.0)
    assert peers(world) == ["203.0.113.66:500"]
