"""NATs that forget, move and are shared by many."""

from dataclasses import replace

import pytest

from gateway.ike.events import (
    Authenticated,
    NatFound,
    PairClosed,
    PairReady,
    PeerMoved,
    Phase1Closed,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram
from tests.pair.ike_world import (
    GATEWAY,
    INSIDE,
    OUTSIDE,
    agree,
    client_of,
    credential,
    meet,
    policy,
)
from tests.pair.nat import Nat
from tests.pair.net import DELAY, Net, endpoint, seeded
from tests.pair.peers.ike_gateway import IkeGateway
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, XP_SP2, offering

QUIET = policy(dpd_idle=1e6)


@pytest.mark.parametrize("crossings", range(1, 9))
def test_a_nat_that_forgets_during_the_dial_only_delays_it(crossings: int) -> None:
    """The NAT forgets while a message or its answer is under way, at every point of the dial."""
    world = meet(XP_SP2, rules=QUIET)
    assert world.nat is not None
    world.net.send(world.client.dial(world.net.now))
    world.net.run_for((crossings + 0.5) * DELAY)
    world.nat.forget()
    world.net.run_for(300.0)
    assert world.client.errors == []
    assert agree(world)
    assert len(world.client.pairs) == 1


def test_after_the_nat_forgot_an_authenticated_message_moves_the_client() -> None:
    world = meet(XP_SP2, rules=QUIET)
    assert world.nat is not None
    world.dial(10.0)
    world.nat.forget()
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(10.0)
    (moved,) = world.gateway.seen(PeerMoved)
    assert str(moved.peer) == f"{OUTSIDE}:62002"
    assert world.newest().peer == moved.peer
    assert agree(world)


def test_a_line_with_a_new_address_is_the_same_client() -> None:
    world = meet(SAFENET_98, rules=QUIET)
    assert world.nat is not None
    world.dial(10.0)
    world.nat.move("203.0.113.99")
    world.net.send(world.client.ask_alive(1))
    world.net.run_for(10.0)
    assert [event.peer.host for event in world.gateway.seen(PeerMoved)] == [
        host_bytes("203.0.113.99")
    ]
    assert world.client.notices == [36137]


def test_an_old_message_from_elsewhere_moves_nobody() -> None:
    """A bystander repeats what it saw; nothing in it is fresh, so nobody is moved by it."""
    world = meet(XP_SP2, rules=QUIET)
    world.dial(10.0)
    recorded = [
        each.datagram
        for each in world.net.carried
        if each.datagram.target.host == host_bytes(GATEWAY)
    ]
    stranger = Nat("203.0.113.66")
    world.net.send(stranger.leave(datagram, world.net.now) for datagram in recorded)
    world.net.run_for(10.0)
    assert world.gateway.seen(PeerMoved) == []
    assert len(world.gateway.seen(PairReady)) == 1
    assert world.gateway.seen(PairClosed) == []


def test_a_very_old_message_from_elsewhere_moves_nobody_either() -> None:
    """Long after the answers were forgotten, the numbers of the messages are not."""
    world = meet(SAFENET_98, rules=QUIET)
    world.dial(10.0)
    for sequence in range(40):
        world.net.send(world.client.ask_alive(sequence))
        world.net.run_for(0.25)
    recorded = [each.datagram for each in world.net.carried]
    inward = [each for each in recorded if each.target.host == host_bytes(GATEWAY)]
    stranger = Nat("203.0.113.66")
    for datagram in inward:
        world.net.send([stranger.leave(datagram, world.net.now)])
        world.net.run_for(0.25)
    world.net.send(world.gateway.take(world.gateway.core.close(world.newest().sa, world.net.now)))
    world.net.run_for(1.0)
    assert world.gateway.seen(PeerMoved) == []
    assert len(world.client.gone) == 2


def test_who_has_floated_does_not_come_back_to_port_500() -> None:
    world = meet(XP_SP2, rules=QUIET)
    world.dial(10.0)
    world.client.phase1.floated = False
    world.net.send(world.client.ask_alive(1))
    world.net.run_for(1.0)
    world.client.phase1.floated = True
    assert world.client.notices == [36137]
    assert world.gateway.seen(PeerMoved) == []
    world.net.send(world.gateway.take(world.gateway.core.close(world.newest().sa, world.net.now)))
    assert {each.datagram.source.port for each in world.net.carried[-2:]} == {4500}


def test_an_older_phase_1_moves_with_the_newer() -> None:
    world = meet(XP_SP2, rules=QUIET)
    assert world.nat is not None
    world.dial(10.0)
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    world.nat.forget()
    world.net.send(world.client.ask_alive(1))
    world.net.run_for(1.0)
    first, _ = world.gateway.seen(Authenticated)
    world.net.send(world.gateway.take(world.gateway.core.close(first.sa, world.net.now)))
    world.net.run_for(1.0)
    assert world.client.phase1s[0].cookies in world.client.gone


def test_initial_contact_after_a_move_is_of_the_same_client() -> None:
    world = meet(SAFENET_98, rules=QUIET)
    assert world.nat is not None
    world.dial(10.0)
    world.nat.forget()
    world.net.send(world.client.ask_alive(1))
    world.net.run_for(1.0)
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(10.0)
    first, second = world.gateway.seen(Authenticated)
    world.gateway.take(world.gateway.core.forget_older(second.sa))
    assert [event.sa for event in world.gateway.seen(Phase1Closed)] == [first.sa]
    assert [event.sa for event in world.gateway.seen(PairClosed)] == [first.sa]


def test_who_was_moved_by_its_packets_is_asked_at_its_new_place() -> None:
    """The NAT forgot, and only ESP has come since: the bridge tells, or we would ask nobody."""
    world = meet(replace(offering("rfc3947"), vendors=(*offering("rfc3947").vendors, DPD)))
    assert world.nat is not None
    world.dial(10.0)
    world.nat.forget()
    packet = Datagram(endpoint(f"{INSIDE}:4500"), endpoint(f"{GATEWAY}:4500"), b"ESP")
    world.gateway.core.move(world.newest().sa, world.nat.leave(packet, world.net.now).source)
    world.net.run_for(200.0)
    assert len(world.client.asked) >= 4
    assert world.gateway.seen(Phase1Closed) == []


def test_a_client_silent_behind_a_forgetful_nat_dials_anew() -> None:
    world = meet(XP_SP2)
    assert world.nat is not None
    world.dial(10.0)
    world.nat.forget()
    world.client.pairs.clear()
    world.dial(200.0)
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.client.pairs) == 1
    assert agree(world)


def test_two_clients_behind_one_nat_have_their_own_keys_and_pairs() -> None:
    net, nat = Net(loss=0.1, jitter=0.25, seed=3), Nat(OUTSIDE, keep_ports=True)
    known = [credential("anna", b"the key of anna"), credential("bert", b"the key of bert")]
    gateway = IkeGateway(policy(*known, dpd_idle=1e6), seeded(1))
    net.join(gateway, GATEWAY)
    anna = client_of(XP_SP2, "192.168.1.2", b"the key of anna", seed=2)
    bert = client_of(offering("rfc3947"), "192.168.1.3", b"the key of bert", seed=3)
    net.join(anna, "192.168.1.2", nat=nat)
    net.join(bert, "192.168.1.3", nat=nat)
    net.send(anna.dial(net.now) + bert.dial(net.now))
    net.run_for(120.0)
    assert (anna.errors, bert.errors) == ([], [])
    assert {event.credential for event in gateway.seen(Authenticated)} == {"anna", "bert"}
    anna_ready, bert_ready = sorted(gateway.seen(PairReady), key=lambda event: event.natt or "")
    assert anna_ready.peer != bert_ready.peer
    assert anna_ready.spi_out == int.from_bytes(anna.pairs[0].spi_in)
    assert bert_ready.spi_out == int.from_bytes(bert.pairs[0].spi_in)


def test_initial_contact_of_one_client_leaves_its_neighbour_alone() -> None:
    net, nat = Net(), Nat(OUTSIDE)
    gateway = IkeGateway(policy(dpd_idle=1e6), seeded(1))
    net.join(gateway, GATEWAY)
    for number in (2, 3):
        client = client_of(SAFENET_98, f"192.168.1.{number}", seed=number)
        net.join(client, f"192.168.1.{number}", nat=nat)
        net.send(client.dial(net.now))
        net.run_for(20.0)
    assert len(gateway.seen(PairReady)) == 2
    assert gateway.seen(PairClosed) == []
    assert gateway.seen(Phase1Closed) == []


def test_a_gateway_behind_a_nat_of_its_own_is_seen_as_such() -> None:
    """The client dials the outside address of our router; its hash of us cannot fit."""
    world = meet(offering("rfc3947"), natted=False, rules=QUIET)
    world.client.gateway = host_bytes("198.51.100.77")
    sent = world.client.dial(world.net.now)
    for _ in range(12):
        inward = [
            each._replace(target=each.target._replace(host=host_bytes(GATEWAY))) for each in sent
        ]
        answers = [out for each in inward for out in world.gateway.receive(each, world.net.now)]
        outward = [
            each._replace(source=each.source._replace(host=world.client.gateway))
            for each in answers
        ]
        sent = [out for each in outward for out in world.client.receive(each, world.net.now)]
    (found,) = world.gateway.seen(NatFound)
    assert (found.client, found.gateway) == (False, True)
    assert world.client.errors == []
    assert world.newest().marker == 4


def test_without_nat_oa_the_pair_says_so() -> None:
    world = meet(replace(XP_SP2, nat_oa=False), rules=QUIET)
    world.dial(10.0)
    assert world.newest().nat_oa is None
