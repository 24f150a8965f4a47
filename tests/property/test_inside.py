"""Whatever comes by the servers' door: it is counted, and calls go on."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.pair.gateway_world import INSIDE
from tests.pair.native_world import NATIVE, Native, meet
from tests.pair.peers.ppp_end import IP

US, THEM = host_bytes(INSIDE), host_bytes(NATIVE)
WORLD: list[Native] = []


def world() -> Native:
    """One for all examples: what one leaves behind must not disturb the next."""
    if not WORLD:
        made = meet()
        made.dial_one()
        WORLD.append(made)
    return WORLD[0]


def still_alive(made: Native) -> bool:
    end = made.native.end
    before = len(made.clients[0].ppp.got)
    made.net.send(made.native.send_data(end, end.lns.calls[0].call, IP, b"alive"))
    made.net.run_for(1.0)
    return len(made.clients[0].ppp.got) == before + 1


@given(st.binary(max_size=200))
def test_any_packet_at_all(packet: bytes) -> None:
    made = world()
    assert made.core.receive_inside(packet, made.net.now) == []
    assert still_alive(made)


@given(st.binary(max_size=120), st.sampled_from([500, 4500, 1701]), st.booleans())
def test_any_payload_in_the_servers_name(data: bytes, port: int, as_esp: bool) -> None:
    made = world()
    packet = build_ipv4(THEM, US, PROTOCOL_UDP, build_udp(500, port, data))
    if as_esp:
        packet = build_ipv4(THEM, US, PROTOCOL_ESP, data)
    made.core.receive_inside(packet, made.net.now)
    assert still_alive(made)


@given(st.binary(min_size=9, max_size=120))
def test_any_segment_by_the_servers_own_keys(segment: bytes) -> None:
    made = meet()
    made.dial_one()
    end = made.native.end
    [datagram] = made.native._seal(end, b"\6\xa5\6\xa5" + len(segment).to_bytes(2, "big") + segment)
    made.core.receive_inside(build_ipv4(THEM, US, PROTOCOL_ESP, datagram.payload), made.net.now)
    assert end.ike.pairs
