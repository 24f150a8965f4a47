import pytest

from gateway.bridge.classify import NOTHING, Kind, classify, endpoints, ike_datagram
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import Datagram, Endpoint, build_udp

CLIENT, GATEWAY = host_bytes("192.0.2.7"), host_bytes("203.0.113.1")


def udp(port: int, payload: bytes, source: int = 62001) -> bytes:
    return build_ipv4(CLIENT, GATEWAY, 17, build_udp(source, port, payload))


def test_port_500_is_ike() -> None:
    assert classify(udp(500, b"isakmp")) == (Kind.IKE, 28, 34)


def test_port_4500_with_the_marker_is_ike_behind_it() -> None:
    packet = udp(4500, bytes(4) + b"isakmp")
    assert classify(packet) == (Kind.IKE, 32, 38)
    assert ike_datagram(packet, 32, 38) == Datagram(
        Endpoint(CLIENT, 62001), Endpoint(GATEWAY, 4500), b"isakmp"
    )


def test_port_4500_without_the_marker_is_esp() -> None:
    assert classify(udp(4500, b"\0\0\0\x01esp")) == (Kind.ESP_IN_UDP, 28, 35)


def test_one_byte_of_ones_is_a_keepalive() -> None:
    assert classify(udp(4500, b"\xff"))[0] is Kind.KEEPALIVE


def test_port_500_with_eight_zero_bytes_is_esp_behind_them() -> None:
    """As xfrm4_udp_encap_rcv of Linux 6.1 has it for UDP_ENCAP_ESPINUDP_NON_IKE."""
    assert classify(udp(500, bytes(8) + b"\0\0\x10\0esp")) == (Kind.ESP_ON_500, 36, 43)
    assert classify(udp(500, bytes(7) + b"\x01" + bytes(20))) == (Kind.IKE, 28, 56)
    assert classify(udp(500, bytes(8))) == (Kind.IKE, 28, 36)  # and too short to be any
    assert classify(udp(500, b"\xff"))[0] is Kind.KEEPALIVE


def test_protocol_50_is_esp_and_has_no_ports() -> None:
    packet = build_ipv4(CLIENT, GATEWAY, 50, b"\0\0\x10\0\0\0\0\x01")
    assert classify(packet) == (Kind.ESP, 20, 28)
    assert endpoints(packet) == (Endpoint(CLIENT, 0), Endpoint(GATEWAY, 0))


def test_protocol_47_is_gre() -> None:
    assert classify(build_ipv4(CLIENT, GATEWAY, 47, bytes(16))) == (Kind.GRE, 20, 36)


@pytest.mark.parametrize(("port", "kind"), [(500, Kind.IKE), (4500, Kind.ESP_IN_UDP)])
def test_a_header_with_options_is_read_past_them(port: int, kind: Kind) -> None:
    whole = udp(port, b"\x01esp and more")
    packet = b"\x46" + whole[1:3] + bytes([whole[3] + 4]) + whole[4:20] + b"\x01" * 4 + whole[20:]
    assert classify(packet) == (kind, 32, len(packet))
    assert endpoints(packet) == (Endpoint(CLIENT, 62001), Endpoint(GATEWAY, port))


def test_ethernet_padding_is_not_part_of_the_packet() -> None:
    assert classify(udp(500, b"isakmp") + bytes(10)) == (Kind.IKE, 28, 34)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        bytes(27),
        udp(1701, b"clear l2tp"),
        udp(4500, b""),
        udp(4500, bytes(4)),
        udp(4500, b"\xfe"),
        build_ipv4(CLIENT, GATEWAY, 6, bytes(20)),
        udp(500, b"isakmp")[:-1],
        b"\x65" + udp(500, b"isakmp")[1:],
        udp(500, b"isakmp")[:6] + b"\x20\0" + udp(500, b"isakmp")[8:],
        udp(500, b"isakmp")[:24] + b"\0\xff" + udp(500, b"isakmp")[26:],
        udp(500, b"isakmp")[:24] + b"\0\x07" + udp(500, b"isakmp")[26:],
    ],
)
def test_everything_else_is_not_ours(packet: bytes) -> None:
    assert classify(packet) == NOTHING
