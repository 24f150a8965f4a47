"""Data frames on their way in: true lengths, and the MSS."""

from struct import pack

import pytest

from gateway.ppp.data import (
    COMPRESSED,
    IP,
    IPV6,
    IPX,
    KNOWN,
    VJ,
    VJ_WHOLE,
    Bad,
    true_length,
    with_mss,
)
from gateway.wire.checksum import internet_checksum
from tests.captures import ip_packets, vectors

TCP, UDP, GRE = 6, 17, 47
HOSTS = bytes((10, 1, 0, 2)) + bytes((10, 1, 0, 1))


def ip(payload: bytes, protocol: int = UDP, fragment: int = 0, total: int | None = None) -> bytes:
    length = 20 + len(payload) if total is None else total
    return pack("!BBHHHBBH", 0x45, 0, length, 1, fragment, 64, protocol, 0) + HOSTS + payload


def segment(flags: int, options: bytes = b"", port: int = 80, data: bytes = b"") -> bytes:
    """TCP with its checksum (RFC 9293, 3.1)."""
    head = pack("!HHIIBBHHH", 1025, port, 1, 2, (20 + len(options)) // 4 << 4, flags, 8192, 0, 0)
    whole = head + options + data
    total = internet_checksum(HOSTS + pack("!HH", TCP, len(whole)) + whole)
    return whole[:16] + total.to_bytes(2) + whole[18:]


def is_right(packet: bytes) -> bool:
    """Whether the checksum of the TCP in it is."""
    payload = packet[20:]
    return internet_checksum(packet[12:20] + pack("!HH", TCP, len(payload)) + payload) == 0


def mss(value: int) -> bytes:
    return pack("!BBH", 2, 4, value)


def ipx(length: int, room: int) -> bytes:
    return pack("!HH", 0xFFFF, length) + bytes(room - 4)


@pytest.mark.parametrize(
    ("protocol", "packet", "length"),
    [
        (IP, ip(b"hello"), 25),
        (IP, ip(b"hello") + b"padding", 25),
        (IP, ip(b"", total=20), 20),
        (IP, ip(segment(0x10), TCP), 40),
        (IP, ip(b"x" * 8, TCP, fragment=0x2002), 28),
        (IP, ip(b"x" * 8, fragment=2), 28),
        (IP, ip(b"x" * 8, GRE, fragment=3), 28),
        (VJ_WHOLE, ip(segment(0x10), 3), 40),
        (VJ, b"\x0b\1\2", 3),
        (IPX, ipx(30, 30), 30),
        (IPX, ipx(31, 32), 31),
        (IPV6, b"\x60" + bytes(3) + b"\0\4" + bytes(34) + b"data", 44),
        (0x3F, b"\xf0\xf0\3anything", 11),
    ],
)
def test_a_packet_has_the_length_it_says(protocol: int, packet: bytes, length: int) -> None:
    assert true_length(protocol, b"\xff\x03\x00\x21" + packet, 4) == length


@pytest.mark.parametrize(
    ("protocol", "packet", "bad"),
    [
        (IP, b"", Bad.HEADER),
        (IP, ip(b"")[:19], Bad.HEADER),
        (IP, b"\x65" + ip(b"x")[1:], Bad.HEADER),
        (IP, b"\x44" + ip(b"x")[1:], Bad.HEADER),
        (IP, b"\x4f" + ip(b"x")[1:], Bad.HEADER),
        (IP, ip(b"", total=19), Bad.HEADER),
        (IP, ip(b"hello", total=26), Bad.LENGTH),
        (IP, ip(b"hello", total=65535), Bad.LENGTH),
        (IP, ip(b"x" * 40, fragment=0x1FFE), Bad.FRAGMENT),  # ping of death
        (IP, ip(b"x" * 8, TCP, fragment=1), Bad.FRAGMENT),  # RFC 1858, 2.1
        (IP, ip(b"abc", TCP), Bad.HEADER),
        (IP, ip(segment(2, port=1723), TCP), Bad.PPTP),
        (IP, ip(segment(2, port=1723)[:8], TCP, fragment=0x2000), Bad.PPTP),
        (IP, ip(b"\x30\x01\x88\x0b", GRE), Bad.PPTP),
        (IP, ip(b"\x30\x01\x88\x0b", GRE, fragment=0x2000), Bad.PPTP),
        (VJ_WHOLE, ip(segment(2, port=1723), 3), Bad.PPTP),
        (VJ_WHOLE, ip(b"x" * 30, 3, total=51), Bad.LENGTH),
        (VJ, b"", Bad.HEADER),
        (IPX, ipx(30, 29), Bad.HEADER),
        (IPX, ipx(29, 40), Bad.HEADER),
        (IPX, ipx(41, 40), Bad.LENGTH),
        (IPV6, bytes(39), Bad.HEADER),
        (IPV6, b"\x45" + bytes(50), Bad.HEADER),
        (IPV6, b"\x60" + bytes(3) + b"\0\5" + bytes(34) + b"data", Bad.LENGTH),
        (0x3F, b"", Bad.HEADER),
    ],
)
def test_what_says_more_than_it_is_does_not_go_in(protocol: int, packet: bytes, bad: Bad) -> None:
    assert true_length(protocol, packet, 0) == bad


def test_multilink_and_compression_are_not_among_what_is_known() -> None:
    assert not {0x3D, 0xFB, COMPRESSED, 0x01} & KNOWN


@pytest.mark.parametrize("flags", [0x02, 0x12], ids=["syn", "syn, ack"])
@pytest.mark.parametrize(
    "options",
    [
        mss(1460),
        b"\1\1" + mss(1460) + b"\4\2",
        b"\1" + mss(1460) + b"\0\0\0",  # its value lies across two words of the sum
        b"\3\3\0" + b"\1" + mss(1460),
    ],
)
def test_a_syn_says_at_most_what_fits_and_its_checksum_stays_right(
    flags: int, options: bytes
) -> None:
    packet = ip(segment(flags, options), TCP)
    assert is_right(packet)
    changed = with_mss(b"\xff\x03\x00\x21" + packet, 4, 1360)[4:]
    assert changed == packet[:36] + changed[36:38] + packet[38:40] + options.replace(
        mss(1460), mss(1360)
    )
    assert is_right(changed)


@pytest.mark.parametrize(
    "packet",
    [
        ip(segment(0x02, mss(1300)), TCP),
        ip(segment(0x10, mss(1460)), TCP),
        ip(segment(0x02), TCP),
        ip(segment(0x02, b"\4\2\1\1"), TCP),
        ip(segment(0x02, mss(1460)), UDP),
        ip(segment(0x02, mss(1460)), TCP, fragment=3),
        ip(segment(0x02, b"\2\3\5\1"), TCP),
        ip(segment(0x02, b"\2\1\5\1"), TCP),
        ip(segment(0x02, b"\2\xff\5\1"), TCP),
        ip(segment(0x02, b"\0" + mss(1460) + b"\0\0\0"), TCP),
        ip(segment(0x02, b"\1\1\1\2"), TCP),
        ip(segment(0x02, mss(1460)), TCP)[:43],
        b"\x4f" + ip(segment(0x02, mss(1460)), TCP)[1:],
        b"\x65" + ip(segment(0x02, mss(1460)), TCP)[1:],
        b"",
    ],
)
def test_whatever_else_there_is_stays_as_it_is(packet: bytes) -> None:
    assert with_mss(packet, 0, 1360) == packet


def test_what_real_programs_have_sent_is_as_long_as_it_says() -> None:
    for packet in ip_packets(vectors("l2tp") / "gen-l2tp-mschapv2.pcap"):
        assert true_length(IP, packet, 0) == len(packet)
