"""The doors towards the servers: what is nobody's is closed or counted."""

from gateway.outputs import CloseTcp, SendIp
from gateway.wire.ipv4 import PROTOCOL_ESP, build_ipv4, host_bytes
from tests.pair.gateway_world import INSIDE
from tests.pair.gateway_world import meet as meet_pptp
from tests.pair.native_world import NATIVE, meet
from tests.pair.peers.ppp_end import IP


def test_a_connection_that_nobody_waits_for_is_closed() -> None:
    core = meet_pptp().core
    assert core.tcp_opened(99, 0.0) == [CloseTcp(99)]
    assert core.receive_tcp(99, b"x", 0.0) == [CloseTcp(99)]
    assert core.tcp_closed(99, "gone", 0.0) == []


def test_gre_does_not_come_in_for_a_native_call() -> None:
    world = meet()
    world.dial_one()
    assert world.core.receive_gre(b"\x45" + bytes(40), world.net.now) == []
    assert world.core.counters()["gateway_bad_gre"] == 1


def test_a_frame_of_a_native_server_is_one_packet_to_its_client() -> None:
    world = meet()
    world.dial_one()
    end = world.native.end
    [datagram] = world.native.send_data(end, end.lns.calls[0].call, IP, b"hello")
    packet = build_ipv4(host_bytes(NATIVE), host_bytes(INSIDE), PROTOCOL_ESP, datagram.payload)
    [out] = world.core.receive_inside(packet, world.net.now)
    assert isinstance(out, SendIp)
    assert out.packet[16:20] == host_bytes("203.0.113.10")


def test_what_is_no_ike_and_of_no_trunk_is_counted_and_nothing_else() -> None:
    world = meet()
    assert world.core.receive_inside(b"junk", world.net.now) == []
    assert world.core.counters() == {"inside_not_for_us": 1}
