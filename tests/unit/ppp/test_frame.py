"""Frames and packets, from captures and RFC 1661."""

import json

import pytest

from gateway.ppp.errors import BadFrame, BadPacket
from gateway.ppp.frame import (
    Packet,
    build_packet,
    has_options,
    has_packet,
    is_control,
    parse_packet,
    protocol_of,
)
from tests.captures import read_pcap, vectors


@pytest.mark.parametrize(
    ("frame", "control"),
    [  # gen-pptp-mppe128.pcap, frames 19, 23, 31, 36, 46; then the forms RFC 1661 and 1662 allow
        ("ff03c0210101", True),
        ("c0210900", True),
        ("80fd0101", True),
        ("80210101", True),
        ("fd9000e3", False),
        ("00214500", False),
        ("214500", False),
        ("ff0300214500", False),
        ("ff03214500", False),
        ("002d", False),
        ("003d80", False),
        ("4003", False),
        ("ff03", False),
        ("c0", True),
        ("", False),
    ],
)
def test_control_frames_are_told_by_one_look(frame: str, control: bool) -> None:
    assert is_control(bytes.fromhex(frame)) is control


@pytest.mark.parametrize(
    ("frame", "protocol", "at"),
    [
        ("ff03c021", 0xC021, 4),
        ("c02109", 0xC021, 2),
        ("ff0321", 0x21, 3),
        ("2145", 0x21, 1),
        ("0021", 0x21, 2),
        ("fd90", 0xFD, 1),
    ],
)
def test_the_protocol_is_read_in_all_its_forms(frame: str, protocol: int, at: int) -> None:
    assert protocol_of(bytes.fromhex(frame)) == (protocol, at)


@pytest.mark.parametrize("frame", ["", "ff03", "c0", "ff03c0", "c020", "ff030000"])
def test_what_is_no_protocol_is_refused(frame: str) -> None:
    with pytest.raises(BadFrame):
        protocol_of(bytes.fromhex(frame))


@pytest.mark.parametrize("data", ["", "010100", "01010003", "01010009 0104 0578", "0101ffff"])
def test_a_length_beyond_the_frame_is_refused(data: str) -> None:
    with pytest.raises(BadPacket):
        parse_packet(bytes.fromhex(data), 0)


def test_padding_is_left_out() -> None:
    assert parse_packet(bytes.fromhex("c021 0507 0006 6162 0000"), 2) == Packet(5, 7, b"ab")


def test_scapys_packets_rebuild() -> None:
    entries = json.loads((vectors("pptp") / "scapy-pptp-frames-give.json").read_text())
    frames = [bytes.fromhex(e["hex"]) for e in entries if e["hex"].startswith("c0")]
    assert len(frames) == 8
    assert [build_packet(parse_packet(f, 2)) for f in frames] == [f[2:] for f in frames]


def test_recorded_lcp_over_ethernet_rebuilds() -> None:
    frames = [f[20:] for f in read_pcap(vectors("ppp") / "tcpdump-pppoes-lcp.pcap")]
    assert [protocol_of(frame) for frame in frames] == [(0xC021, 2)] * 2
    assert all(f[2:].startswith(build_packet(parse_packet(f, 2))) for f in frames)


def test_a_packet_too_long_for_its_length_is_our_fault() -> None:
    with pytest.raises(ValueError, match="65536"):
        build_packet(Packet(9, 0, bytes(0xFFFC)))


@pytest.mark.parametrize(
    ("protocol", "packets"),
    [
        (0x0021, False),
        (0x8021, True),
        (0x8057, True),
        (0xC021, True),
        (0xC223, True),
        (0xC025, False),
        (0xC481, False),
    ],
)
def test_protocols_of_packets_are_known(protocol: int, packets: bool) -> None:
    assert has_packet(protocol) is packets


@pytest.mark.parametrize(
    ("protocol", "code", "options"),
    [(0xC021, 1, True), (0x80FD, 4, True), (0xC021, 5, False), (0xC223, 1, False)],
)
def test_only_configure_packets_have_options(protocol: int, code: int, options: bool) -> None:
    assert has_options(protocol, Packet(code, 0, b"")) is options
