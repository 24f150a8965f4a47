"""Who moves, moves alone: legs of one name do not take each other's place."""

from dataclasses import replace

from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.net import endpoint
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

ELSEWHERE = endpoint("203.0.113.66:4500")
QUIET = replace(SAFENET_98, initial_contact="")


def two_behind(nat: Nat) -> tuple[World, L2tpIpsecClient, L2tpIpsecClient]:
    """Two machines that share one name and key."""
    world = meet()
    first = world.call_up(nat=nat, profile=QUIET)
    second = world.call_up(nat=nat, profile=QUIET, host="192.168.1.3")
    return world, first, second


def rekeyed(world: World, client: L2tpIpsecClient) -> bool:
    """After a rekey the same session still carries what the client says."""
    sessions = list(world.core.sessions)
    before = sum(session.frames_in for session in world.core.sessions.values())
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.send_data(IP, b"under the new keys"))
    world.net.run_for(1.0)
    after = sum(session.frames_in for session in world.core.sessions.values())
    return sessions == list(world.core.sessions) and after == before + 1


def test_two_that_change_places_at_the_nat_keep_their_legs() -> None:
    """The router restarts, and the first to speak gets the port that was the other's."""
    nat = Nat(NAT)
    world, first, second = two_behind(nat)
    [here, there] = [leg.peer.port for leg in world.core.clients.legs.values()]
    nat.forget()
    nat._next_port = there
    world.net.send(first.send_data(IP, b"from the other's port"))
    world.net.run_for(1.0)
    assert [fact.details["to"] for fact in world.facts(What.PEER_MOVED)] == [f"{NAT}:{there}"]
    world.net.send(second.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    assert rekeyed(world, first)
    assert rekeyed(world, second)
    assert here != there
    assert len(world.core.clients.legs) == 2


def test_ike_from_a_new_port_does_not_move_whoever_now_has_the_old_one() -> None:
    nat = Nat(NAT)
    world, first, second = two_behind(nat)
    [_, there] = [leg.peer.port for leg in world.core.clients.legs.values()]
    nat.forget()
    nat._next_port = there
    world.net.send(first.send_data(IP, b"from the other's port"))
    world.net.run_for(1.0)
    assert rekeyed(world, second)
    assert rekeyed(world, first)
    assert len(world.core.clients.legs) == 2


def test_a_phase_1_without_keys_moves_with_its_client() -> None:
    world, nat = meet(), Nat(NAT)
    client = world.call_up(nat=nat, profile=QUIET)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(3.0)
    nat.forget()
    world.net.send(client.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    [leg] = world.core.clients.legs.values()
    assert {phase.peer for phase in world.core.clients.phases.values()} == {leg.peer}
    assert rekeyed(world, client)


def test_a_dead_machine_does_not_take_along_the_one_that_has_its_place() -> None:
    """Started again with another address of its own, so IKE takes it for somebody else."""
    world, nat = meet(), Nat(NAT, keep_ports=True)
    old = world.call_up(nat=nat)
    world.net.leave(old)
    nat.forget()
    again = world.join(nat=nat, host="192.168.1.3")
    world.dial(again)
    assert again.up
    world.net.run_for(900.0)
    assert again.up
    assert len(world.core.sessions) == 1
    assert len(world.facts(What.SESSION_CLOSED)) == 1


def test_a_packet_under_deleted_keys_moves_nobody() -> None:
    """Held back by somebody on the way until the client had deleted the keys it was sent by."""
    world, nat = meet(), Nat(NAT)
    client = world.call_up(nat=nat)
    [held_back] = client.send_data(IP, b"held back")
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.send_data(IP, b"newer"))
    world.net.run_for(1.0)
    world.net.send([held_back._replace(source=ELSEWHERE)])
    world.net.run_for(1.0)
    assert not world.facts(What.PEER_MOVED)
