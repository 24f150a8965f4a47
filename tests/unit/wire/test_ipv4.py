import pytest
from scapy.layers.inet import IP, fragment

from gateway.wire.cursor import Truncated, WireError
from gateway.wire.ipv4 import (
    Ipv4,
    build_ipv4,
    fragment_ipv4,
    host_bytes,
    host_text,
    parse_ipv4,
)

SOURCE, TARGET = host_bytes("192.0.2.1"), host_bytes("198.51.100.200")


def test_hosts_are_text_for_people_and_bytes_for_the_road() -> None:
    assert SOURCE == b"\xc0\x00\x02\x01"
    assert host_text(TARGET) == "198.51.100.200"


@pytest.mark.parametrize(
    "text", ["", "192.0.2", "192.0.2.256", "192.0.2.1.1", "a.b.c.d", "1.2.3.²"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|range"):
        host_bytes(text)


def test_a_packet_is_read_back_as_it_was_built() -> None:
    packet = build_ipv4(SOURCE, TARGET, 50, b"payload")
    assert parse_ipv4(packet) == Ipv4(SOURCE, TARGET, 50, 20, 27)
    assert parse_ipv4(packet + b"ethernet padding").end == 27


def test_a_built_packet_is_what_scapy_reads() -> None:
    read = IP(build_ipv4(SOURCE, TARGET, 47, b"payload"))
    assert (read.src, read.dst, read.proto, read.ttl) == ("192.0.2.1", "198.51.100.200", 47, 64)
    assert bytes(read.payload) == b"payload"


def test_options_are_stepped_over() -> None:
    packet = bytes(IP(src="192.0.2.1", dst="198.51.100.200", proto=17, options=[b"\x94\x04\0\0"]))
    assert parse_ipv4(packet).start == 24


@pytest.mark.parametrize(
    ("at", "value", "error"),
    [(0, b"\x65", WireError), (0, b"\x44", WireError), (2, b"\x00\x13", WireError),
     (2, b"\x00\xff", Truncated), (6, b"\x20\x00", WireError), (6, b"\x00\x01", WireError)],
    ids=["version 6", "short header", "total too small", "cut off", "first fragment", "fragment"],
)  # fmt: skip
def test_false_headers_are_refused(at: int, value: bytes, error: type[WireError]) -> None:
    packet = build_ipv4(SOURCE, TARGET, 17, b"payload")
    with pytest.raises(error):
        parse_ipv4(packet[:at] + value + packet[at + len(value) :])


def test_a_header_cut_short_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_ipv4(build_ipv4(SOURCE, TARGET, 17, b"")[:19])


def test_a_packet_that_fits_stays_whole() -> None:
    packet = build_ipv4(SOURCE, TARGET, 17, bytes(100))
    assert fragment_ipv4(packet, 120, 7) == [packet]


def test_fragments_are_those_that_scapy_makes() -> None:
    payload = bytes(range(256)) * 8
    packet = build_ipv4(SOURCE, TARGET, 17, payload)
    ours = [IP(piece) for piece in fragment_ipv4(packet, 820, 7)]
    theirs = fragment(IP(packet), 800)  # type: ignore[no-untyped-call]  # scapy has no types
    assert [(one.frag, int(one.flags), bytes(one.payload)) for one in ours] == [
        (one.frag, int(one.flags), bytes(one.payload)) for one in theirs
    ]
    assert {one.id for one in ours} == {7}


def test_an_mtu_that_carries_nothing_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="carries nothing"):
        fragment_ipv4(build_ipv4(SOURCE, TARGET, 17, bytes(100)), 27, 1)
