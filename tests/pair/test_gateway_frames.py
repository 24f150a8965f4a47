"""PPP frames go across as they came, whatever is in them."""

from itertools import product

import pytest

from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP, IPX, NETBEUI, PppEnd

SHAPES = list(product([False, True], [False, True]))
NAMES = [f"{'bare' if bare else 'ff03'}, {'pfc' if short else 'wide'}" for bare, short in SHAPES]


def up(bare: bool = False, short: bool = False, **route: bool) -> World:
    """A session whose two ends write their data frames so."""
    world = meet(route=route)
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
    world = up(bare, short, shield=False)
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    world.net.send(client.send_data(protocol, b"from the client"))
    world.net.send(world.server.send_data(line, protocol, b"from the server"))
    world.net.run_for(1.0)
    assert bare_of(line.ppp.got) == bare_of([client.ppp.say(protocol, b"from the client")])
    assert bare_of(client.ppp.got) == bare_of([line.ppp.say(protocol, b"from the server")])
    assert world.errors() == []


@pytest.mark.parametrize(("bare", "short"), SHAPES, ids=NAMES)
@pytest.mark.parametrize("protocol", [IP, IPX, NETBEUI], ids=["ip", "ipx", "netbeui"])
def test_behind_a_shield_a_server_gets_frames_in_the_form_it_has_not_declined(
    protocol: int, bare: bool, short: bool
) -> None:
    world = up(bare, short, shield=True)
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    world.net.send(client.send_data(protocol, b"from the client"))
    world.net.send(world.server.send_data(line, protocol, b"from the server"))
    world.net.run_for(1.0)
    whole = PppEnd(b"clnt").say(protocol, b"from the client")
    assert line.ppp.got == [whole]
    assert client.ppp.got == [line.ppp.say(protocol, b"from the server")]
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


NAMES_OF_PC = b"PRESS-3".ljust(16) + b"\0"  # one NetBIOS name, and room for what becomes of it
NETWORKS = {
    # RFC 2097, 5: names, who the peer is, no more multicasts than so many, IEEE addresses
    "nbfcp": (0x803F, b"\1\x13" + NAMES_OF_PC + b"\2\x0c\0\1\0\3\0\0press"[:12] + b"\4\2", NETBEUI),
    # RFC 1552, 3: network, node, routing by RIP, complete
    "ipxcp": (0x802B, b"\1\6\0\0\0\1" + b"\2\x08\0\1\2\3\4\5" + b"\4\4\0\2" + b"\6\2", IPX),
}


def network_control(protocol: int, code: int, options: bytes) -> bytes:
    head = bytes((code, 1)) + (4 + len(options)).to_bytes(2)
    return b"\xff\x03" + protocol.to_bytes(2) + head + options


@pytest.mark.parametrize("shield", [True, False], ids=["shield", "bare"])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_are_not_ip_are_agreed_on_end_to_end_and_carry(
    name: str, shield: bool
) -> None:
    """NetBEUI and IPX, as NT and Windows 98 speak them to each other; nobody ends them here."""
    world = up(shield=shield)
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    protocol, options, data = NETWORKS[name]
    asked, agreed = (network_control(protocol, code, options) for code in (1, 2))
    world.net.send(client.send_frame(asked))
    world.net.send(world.server.say(line, [asked]))
    world.net.run_for(1.0)
    world.net.send(client.send_frame(agreed))
    world.net.send(world.server.say(line, [agreed]))
    world.net.run_for(1.0)
    assert line.ppp.got == client.ppp.got == [asked, agreed]
    for size in (1, 700, 1300):
        world.net.send(client.send_data(data, bytes(size)))
        world.net.send(world.server.send_data(line, data, bytes(size)))
    world.net.run_for(1.0)
    expected = [PppEnd(b"any").say(data, bytes(size)) for size in (1, 700, 1300)]
    assert line.ppp.got[2:] == client.ppp.got[2:] == expected
    assert world.errors() == []
