"""Hostile bytes at every door of a whole gateway that has two sessions up."""

from struct import pack

import pytest

from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_GRE, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Endpoint, build_udp
from tests.hostile import cut, in_the_tree, whole
from tests.pair.gateway_world import INSIDE, NAT, OUTSIDE, SERVER, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP

FORMS = list(dict.fromkeys(form for path in in_the_tree() for form in whole(path)))
L2TP = [form for path in in_the_tree() if "l2tp" in path.name for form in whole(path)]
STRANGER = host_bytes("203.0.113.66")


def two_up() -> World:
    """The second client is the one whom nothing may touch."""
    world, nat = meet(), Nat(NAT)
    for place in (2, 3):
        world.dial(world.join(host=f"192.168.1.{place}", nat=nat))
        assert world.clients[-1].up
    return world


def still_carries(world: World) -> bool:
    """A frame of the second client reaches the server, and one comes back."""
    client, line = world.clients[1], world.server.lines[-1]
    assert line.ppp is not None
    before = len(line.ppp.got), len(client.ppp.got)
    world.net.send(client.send_data(IP, b"ping"))
    world.net.send(world.server.send_data(line, IP, b"pong"))
    world.net.run_for(1.0)
    return (len(line.ppp.got), len(client.ppp.got)) == (before[0] + 1, before[1] + 1)


def from_outside(protocol: int, payload: bytes) -> bytes:
    return build_ipv4(STRANGER, host_bytes(OUTSIDE), protocol, payload)


def test_a_stranger_outside_changes_nothing() -> None:
    world = two_up()
    facts = len(world.gateway.facts)
    sessions = len(world.core.sessions)
    for form in FORMS:
        packets = [form, from_outside(PROTOCOL_ESP, form)]
        for port, head in ((500, b""), (4500, b""), (4500, bytes(4)), (1701, b"")):
            packets.append(from_outside(PROTOCOL_UDP, build_udp(500, port, head + form)))
        for packet in packets:
            world.core.receive_packet(packet, world.net.now)
    told = {fact.what.value for fact in world.gateway.facts[facts:]}
    assert told <= {"dial-started", "offered", "chosen", "refused"}
    assert len(world.core.sessions) == sessions
    assert still_carries(world)


def test_a_stranger_inside_changes_nothing() -> None:
    world = two_up()
    for form in FORMS:
        packet = build_ipv4(host_bytes(SERVER), host_bytes(INSIDE), PROTOCOL_GRE, form)
        for data in (form, packet):
            world.core.receive_gre(data, world.net.now)
    world.net.run_for(1.0)
    assert still_carries(world)


@pytest.mark.parametrize("what", ["segments", "messages", "frames"])
def test_a_client_under_its_own_keys_hurts_only_itself(what: str) -> None:
    world = two_up()
    client = world.clients[0]
    wrap = {
        "segments": client.send_udp,
        "messages": lambda form: client.send_udp(
            pack("!HHHH", 1701, 1701, 8 + len(form), 0) + form
        ),
        "frames": client.send_frame,
    }[what]
    for form in FORMS:
        world.net.send(wrap(form))
        world.net.run_for(1 / 64)
    world.net.run_for(1.0)
    assert still_carries(world)


def test_cut_control_messages_under_a_clients_keys_are_survived() -> None:
    world = two_up()
    client = world.clients[0]
    for form in L2TP:
        for data in cut(form):
            world.net.send(client.send_udp(pack("!HHHH", 1701, 1701, 8 + len(data), 0) + data))
        world.net.run_for(1 / 64)
    assert still_carries(world)


@pytest.mark.parametrize("form", FORMS[::9], ids=lambda form: f"{len(form)} bytes")
def test_a_server_that_talks_nonsense_loses_that_call_and_no_other(form: bytes) -> None:
    world = two_up()
    first = world.server.lines[0]
    world.gateway.tell(first, form, world.net.now)
    world.net.run_for(5.0)
    assert not first.open
    assert still_carries(world)


def test_frames_of_a_hostile_server_reach_nobody_else() -> None:
    world = two_up()
    first = world.server.lines[0]
    for form in FORMS:
        world.net.send(world.server.say(first, [form]))
        world.net.run_for(1 / 64)
    assert still_carries(world)
    assert Endpoint(STRANGER, 500) not in {each.datagram.target for each in world.net.carried}
