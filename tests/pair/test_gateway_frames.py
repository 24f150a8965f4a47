"""PPP frames go across as they came, whatever is in them."""

from itertools import product

import pytest

from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP, IPX, NETBEUI, PppEnd

SHAPES = list(product([False, True], [False, True]))
NAMES = [f"{'bare' if bare else 'ff03'}, {'pfc' if short else 'wide'}" for bare, short in SHAPES]


def up(bare: bool = False, short: bool = False) -> World:
    """A session whose two ends write their data frames so."""
    world = meet()
    world.server.ppp = lambda _: PppEnd(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), bare=bare, short=short
    )
    client = world.join(nat=Nat(NAT), ppp=PppEnd(b"clnt", bare=bare, short=short))
    world.dial(client)
    assert client.up
    return world


def bare_of(frames: list[bytes]) -> list[bytes]:
    """Without FF 03, which a kernel puts before what it carries, as it may (RFC 1662, 3.2)."""
    return [frame.removeprefix(b"\xff\x03") for frame in frames]


@pytest.mark.parametrize(("bare", "short"), SHAPES, ids=NAMES)
@pytest.mark.parametrize("protocol", [IP, IPX, NETBEUI], ids=["ip", "ipx", "netbeui"])
def test_a_frame_each_way_arrives_as_it_was_sent(protocol: int, bare: bool, short: bool) -> None:
    world = up(bare, short)
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    world.net.send(client.send_data(protocol, b"from the client"))
    world.net.send(world.server.send_data(line, protocol, b"from the server"))
    world.net.run_for(1.0)
    assert bare_of(line.ppp.got) == bare_of([client.ppp.say(protocol, b"from the client")])
    assert bare_of(client.ppp.got) == bare_of([line.ppp.say(protocol, b"from the server")])
    assert world.errors() == []


def test_many_frames_keep_their_order_and_the_servers_window() -> None:
    world = up()
    [client], line = world.clients, world.server.line
    frames = [b"%03d" % number for number in range(200)]
    for frame in frames:
        world.net.send(client.send_data(IP, frame))
        world.net.send(world.server.send_data(line, IP, frame))
        world.net.run_for(1 / 64)
    world.net.run_for(2.0)
    assert line.ppp is not None
    assert [frame[-3:] for frame in line.ppp.got] == frames
    assert [frame[-3:] for frame in client.ppp.got] == frames
    assert world.errors() == []


def test_a_frame_that_gre_delivers_twice_reaches_the_client_once() -> None:
    world = up()
    line = world.server.line
    [packet] = world.server.send_data(line, IP, b"once")
    world.net.send([packet, packet])
    world.net.run_for(1.0)
    assert [frame[-4:] for frame in world.clients[0].ppp.got] == [b"once"]


def test_lcp_echoes_and_a_terminate_pass_end_to_end() -> None:
    world = up()
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    for frame in client.ppp.hang_up():
        world.net.send(client.send_frame(frame))
    world.net.run_for(1.0)
    assert line.ppp.terminated


def test_a_sequenced_client_is_answered_with_sequence_numbers() -> None:
    world = meet()
    client = world.join(nat=Nat(NAT))
    client.lac.sequencing = True
    world.dial(client)
    assert client.up
    world.net.send(client.send_data(IP, b"numbered"))
    world.net.send(world.server.send_data(world.server.line, IP, b"numbered"))
    world.net.run_for(1.0)
    assert [frame[-8:] for frame in client.ppp.got] == [b"numbered"]
    assert client.errors == []
