"""Odd things from a client with a valid key, or from near the inside: no error of ours, no harm."""

from struct import pack

import pytest

from gateway.bridge.views import session_views
from gateway.outputs import Output, SendIp
from gateway.wire.ipv4 import PROTOCOL_GRE, build_ipv4, host_bytes
from tests.pair.gateway_world import INSIDE, SERVER, World, meet
from tests.pair.nat import Nat
from tests.pair.peers import isakmp
from tests.pair.peers.l2tp_lac import ICRQ, avp, body, control
from tests.pair.peers.ppp_end import IP

STRANGER = "192.0.2.99"


def gre(world: World, source: str, frame: bytes) -> bytes:
    """The next packet of the server's call, as if `source` had sent it."""
    line = world.server.line
    assert line.gre is not None
    [datagram] = line.gre.say([frame])
    return build_ipv4(host_bytes(source), host_bytes(INSIDE), PROTOCOL_GRE, datagram.payload)


def test_gre_from_another_host_than_the_server_is_dropped() -> None:
    """Call ids are sixteen bits: whoever guesses one must not speak to the client."""
    world = meet()
    client = world.call_up()
    frame = b"\xff\x03\x00\x21" + b"not the server"
    found = world.core.receive_gre(gre(world, STRANGER, frame), world.net.now)
    assert found == []
    assert world.core.counters()["gateway_other_server"] == 1
    assert client.ppp.got == []


def test_a_call_asked_for_under_deleted_keys_is_no_error() -> None:
    """The client deletes its keys, and what it sent before arrives after that."""
    world = meet()
    client = world.call_up()
    there, lac = client.lac.peer_tunnel, client.lac
    request = body(ICRQ, avp(14, pack("!H", 77)), avp(15, pack("!I", 9)), avp(18, pack("!I", 1)))
    message = control(there, 0, lac._ns, lac._nr, request)
    segment = pack("!HHHH", 1701, 1701, 8 + len(message), 0) + message
    late = client.send_udp(segment)
    gone = isakmp.delete(isakmp.ESP, [client.ike.pairs[-1].spi_in])
    world.net.send(client.ike.inform([(isakmp.DELETE, gone)]))
    world.net.run_for(1.0)
    world.net.send(late)
    world.net.run_for(1.0)
    assert len(world.core.sessions) == 1


@pytest.mark.parametrize("size", [1700, 3800])
def test_a_frame_larger_than_any_mru_goes_no_further(size: int) -> None:
    """Old servers must not see what no PPP may send; the raw socket would fragment it."""
    world = meet()
    client = world.call_up()
    line = world.server.line
    assert line.ppp is not None
    before = len(line.ppp.got)
    world.net.send(client.send_data(IP, bytes(size)))
    world.net.run_for(1.0)
    assert len(line.ppp.got) == before
    world.net.send(client.send_data(IP, b"small"))
    world.net.run_for(1.0)
    assert len(line.ppp.got) == before + 1
    assert world.core.sessions[1].leg.drops.by_reason == {"frame_too_long": 1}


def test_a_frame_of_the_server_larger_than_any_packet_is_no_error() -> None:
    world = meet()
    world.call_up()
    frame = b"\xff\x03\x00\x21" + bytes(65480)
    found = world.core.receive_gre(gre(world, SERVER, frame), world.net.now)
    assert not [
        output for output in found if isinstance(output, SendIp) and len(output.packet) > 9999
    ]
    assert world.core.sessions[1].leg.drops.by_reason == {"frame_too_long": 1}


def test_one_bad_timer_costs_no_other_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    world = meet()
    first = world.call_up()
    second = world.join(nat=Nat("203.0.113.8"), host="192.168.1.3")
    world.dial(second)
    assert first.up
    assert second.up
    now = world.net.now + 3600.0

    def fail(when: float) -> list[Output]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(world.core.sessions[1], "handle_timeout", fail)
    with pytest.raises(RuntimeError):
        world.core.handle_timeout(now)
    seen = world.core.handle_timeout(now)
    assert seen


def test_what_the_server_sends_wrong_is_shown_among_the_drops_of_the_session() -> None:
    world = meet()
    world.call_up()
    again = gre(world, SERVER, b"\xff\x03\x00\x21" + b"twice")
    for _ in range(2):
        world.core.receive_gre(again, world.net.now)
    bad = gre(world, SERVER, b"\xff\x03\xc0\x21\x01")
    world.core.receive_gre(bad, world.net.now)
    [view] = session_views(world.core, world.net.now)
    assert view.drops == {"gre_late": 1, "ppp_malformed": 1}
