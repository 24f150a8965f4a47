"""A machine reaches only what its entry lists, whatever its server would let it have."""

from dataclasses import replace

import pytest

from gateway.bridge.views import session_views
from gateway.control.confined import reach_words
from gateway.control.explain import sentence
from gateway.control.values_reach import reach
from gateway.outputs import What
from gateway.wire.ipv4 import build_ipv4, host_bytes
from tests.pair.gateway_world import World, client_entry, meet
from tests.pair.peers.ppp_end import IPX

HEAD = b"\xff\x03\x00\x21"
FILES, OTHER = host_bytes("10.10.0.2"), host_bytes("10.10.0.3")
TCP, UDP = 6, 17
PLACES = (reach("10.10.0.2 tcp/139"),)


def packet(to: bytes, port: int, protocol: int = TCP) -> bytes:
    segment = bytes((4, 1)) + port.to_bytes(2) + bytes(16)
    return HEAD + build_ipv4(host_bytes("10.1.0.2"), to, protocol, segment)


def up(places: object = PLACES, **route: object) -> World:
    world = meet(client_entry(reach=places), route=route or None)
    world.call_up()
    world.net.run_for(2.0)
    world.server.frames.clear()
    return world


def sent(world: World, *frames: bytes) -> list[bytes]:
    for frame in frames:
        world.net.send(world.clients[0].send_frame(frame))
    world.net.run_for(2.0)
    return world.server.frames


ALLOWED, STRAY, WRONG_PORT = packet(FILES, 139), packet(OTHER, 139), packet(FILES, 445)


@pytest.mark.parametrize("shield", [True, False], ids=["shield", "bare"])
def test_what_is_in_reach_goes_in_and_nothing_else(shield: bool) -> None:
    world = up(shield=shield)
    ipx = b"\xff\x03\x00\x2b" + bytes(2) + (30).to_bytes(2) + bytes(26)
    assert sent(world, STRAY, WRONG_PORT, ALLOWED, ipx, packet(FILES, 139, UDP)) == [ALLOWED]
    assert IPX == 0x2B
    [view] = session_views(world.core, world.net.now)
    assert view.drops == {"confined_out_of_reach": 3, "confined_not_ip": 1}
    assert view.reach == "10.10.0.2 tcp/139"
    assert world.errors() == []


def test_the_owner_reads_what_was_tried_and_what_to_write() -> None:
    world = up()
    sent(world, STRAY, STRAY, WRONG_PORT)
    told = [sentence(fact) for fact in world.facts(What.OUT_OF_REACH)]
    assert [one.split("; ")[0].split(" was ")[1] for one in told] == [
        'kept from a place inside, "10.10.0.3 tcp/139", which is not in its `reach`',
        'kept from a place inside, "10.10.0.2 tcp/445", which is not in its `reach`',
    ]


def test_the_status_counts_them_after_the_session_is_over_too() -> None:
    world = up()
    sent(world, STRAY)
    assert world.core.counters()["confined_out_of_reach"] == 1
    [number] = world.core.sessions
    world.ask(world.core.disconnect(number, "enough", world.net.now))
    world.net.run_for(5.0)
    assert world.core.sessions == {}
    assert world.core.counters()["confined_out_of_reach"] == 1


def test_a_client_of_an_older_configuration_reaches_what_it_did() -> None:
    world = up(None)
    assert sent(world, STRAY, WRONG_PORT) == [STRAY, WRONG_PORT]
    [view] = session_views(world.core, world.net.now)
    assert view.reach == "everything"


def test_a_new_list_holds_at_once_for_who_is_up() -> None:
    world = up(None)
    config = world.core.config
    confined = replace(config, clients=(replace(config.clients[0], reach=PLACES),))
    world.ask(world.core.reload(confined, world.net.now))
    assert sent(world, STRAY, ALLOWED) == [ALLOWED]
    wider = replace(config, clients=(replace(config.clients[0], reach=(reach("10.10.0.3"),)),))
    world.ask(world.core.reload(wider, world.net.now))
    assert sent(world, STRAY, ALLOWED) == [ALLOWED, STRAY]
    [view] = session_views(world.core, world.net.now)
    assert view.reach == reach_words((reach("10.10.0.3"),), "pptp")
    assert view.drops == {"confined_out_of_reach": 2}


def test_the_server_may_answer_from_anywhere() -> None:
    world = up()
    line = world.server.line
    frame = HEAD + build_ipv4(OTHER, host_bytes("10.1.0.2"), UDP, bytes(12))
    world.net.send(world.server.say(line, [frame]))
    world.net.run_for(1.0)
    assert world.clients[0].ppp.got == [frame]


def test_nothing_is_agreed_on_that_would_hide_where_packets_go() -> None:
    """IPCP's header compression is declined to the server, CCP to both."""
    world = up()
    [client], line = world.clients, world.server.line
    compression = b"\x01\x09\x00\x0a\x02\x06\x00\x2d\x0f\x00"
    asks = b"\xff\x03\x80\x21" + compression
    ccp = b"\xff\x03\x80\xfd\x01\x01\x00\x0a\x12\x06\x00\x00\x00\x01"
    world.net.send(world.server.say(line, [asks, ccp]))
    world.net.send(client.send_frame(ccp))
    world.net.run_for(1.0)
    rejected = b"\xff\x03\x80\x21" + b"\x04" + compression[1:]
    assert rejected in world.server.frames
    assert ccp not in [*world.server.frames, *client.ppp.got]
    assert asks not in client.ppp.got
    rejects = [frame for frame in world.server.frames if frame[:5] == b"\xff\x03\xc0\x21\x08"]
    assert [frame[8:10] for frame in rejects] == [b"\x80\xfd"]
