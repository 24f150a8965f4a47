import pytest
from scapy.layers.inet import IP, UDP

from gateway.wire.cursor import Truncated
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import Endpoint, build_checked_udp, build_udp, parse_udp

CLIENT = Endpoint(host_bytes("192.0.2.7"), 4501)
GATEWAY = Endpoint(host_bytes("203.0.113.1"), 4500)


def test_an_endpoint_reads_as_people_write_it() -> None:
    assert str(CLIENT) == "192.0.2.7:4501"


def test_a_segment_is_read_back_as_it_was_built() -> None:
    segment = build_udp(4500, 1701, b"payload")
    assert parse_udp(segment) == (4500, 1701, b"payload")
    assert parse_udp(segment + b"padding") == (4500, 1701, b"payload")


@pytest.mark.parametrize(
    "segment",
    [b"", bytes(7), bytes.fromhex("1194 1194 0007 0000"), bytes.fromhex("1194 1194 0009 0000")],
    ids=["nothing", "cut header", "length below header", "length behind the end"],
)
def test_false_lengths_are_refused(segment: bytes) -> None:
    with pytest.raises(Truncated):
        parse_udp(segment)


@pytest.mark.parametrize("payload", [b"", b"odd", b"even", b"\xff" * 1400])
def test_the_checksum_is_the_one_scapy_computes(payload: bytes) -> None:
    segment = build_checked_udp(GATEWAY, CLIENT, payload)
    packet = IP(build_ipv4(GATEWAY.host, CLIENT.host, 17, segment))
    ours = packet[UDP].chksum
    del packet[UDP].chksum
    assert ours == IP(bytes(packet))[UDP].chksum


def test_a_checksum_that_comes_out_as_zero_is_sent_as_ones() -> None:
    # RFC 768: an all zero transmitted checksum means that there is none
    bare = build_checked_udp(GATEWAY, CLIENT, b"\0\0")
    wanted = bare[6:8]
    assert build_checked_udp(GATEWAY, CLIENT, wanted)[6:8] == b"\xff\xff"
