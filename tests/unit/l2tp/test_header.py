"""RFC 2661, 3.1; vectors: tests/vectors/l2tp."""

import json

import pytest

from gateway.l2tp.errors import BadHeader
from gateway.l2tp.header import (
    Header,
    addressed_tunnel,
    asks_for_tunnel,
    build_header,
    parse_header,
)
from tests.captures import udp_payloads, vectors

GO_L2TP = json.loads((vectors("l2tp") / "go-l2tp-control-messages.json").read_text())["messages"]
SESSIONS = ("gen-l2tp-mschapv2.pcap", "gen-l2tp-tunnelauth-pap.pcap")


@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_control_messages_are_rebuilt_as_they_were(name: str) -> None:
    control = [each for each in udp_payloads(vectors("l2tp") / name, 1701) if each[0] & 0x80]
    assert len(control) == 11
    for message in control:
        assert build_header(*parse_header(message)) == message


def test_a_recorded_hello_reads_as_its_source_says() -> None:
    header, body = parse_header(bytes.fromhex(GO_L2TP[0]["hex"]))
    assert header == Header(tunnel=1, call=0, ns=1, nr=1)
    assert body.hex() == "8008000000000006"


def test_a_recorded_zlb_has_no_pairs() -> None:
    assert parse_header(bytes.fromhex(GO_L2TP[1]["hex"])) == (Header(1, 0, 1, 1), b"")


def test_version_3_is_discarded() -> None:
    with pytest.raises(BadHeader, match="version 3"):
        parse_header(bytes.fromhex(GO_L2TP[2]["hex"]))


ZLB = bytes.fromhex("c802000c0001000000000001")


@pytest.mark.parametrize("flags", ["8802", "c002", "4802", "ca02"])
def test_a_control_message_has_length_and_numbers_and_no_offset(flags: str) -> None:
    with pytest.raises(BadHeader, match="flags"):
        parse_header(bytes.fromhex(flags) + ZLB[2:])


@pytest.mark.parametrize("length", ["000b", "000d", "ffff"])
def test_a_length_that_is_not_there_is_refused(length: str) -> None:
    with pytest.raises(BadHeader, match="length"):
        parse_header(ZLB[:2] + bytes.fromhex(length) + ZLB[4:])


def test_fewer_bytes_than_a_header_are_refused() -> None:
    with pytest.raises(BadHeader, match="11 bytes"):
        parse_header(ZLB[:11])


def test_octets_behind_the_length_are_padding() -> None:
    assert parse_header(ZLB + b"\0\0") == parse_header(ZLB)


def test_reserved_bits_and_priority_are_kept() -> None:
    odd = b"\xc9\xf2" + ZLB[2:]
    assert build_header(*parse_header(odd)) == odd


@pytest.mark.parametrize("name", SESSIONS)
def test_in_a_recorded_session_the_first_message_alone_asks_for_a_tunnel(name: str) -> None:
    everything = udp_payloads(vectors("l2tp") / name, 1701)
    assert [asks_for_tunnel(each) for each in everything].index(True) == 0
    assert sum(map(asks_for_tunnel, everything)) == 1
    control = [each for each in everything if each[0] & 0x80]
    assert [addressed_tunnel(each) for each in control] == [
        parse_header(each)[0].tunnel for each in control
    ]


@pytest.mark.parametrize(
    ("message", "tunnel"),
    [
        ("", 0),
        ("0002000500", 0),  # cut
        ("000200050009ff03", 5),  # data without a length
        ("4002000a00050009ff03", 5),  # and with one
    ],
)
def test_the_tunnel_of_any_message_is_found_and_no_bytes_do_harm(message: str, tunnel: int) -> None:
    assert addressed_tunnel(bytes.fromhex(message)) == tunnel
    assert not asks_for_tunnel(bytes.fromhex(message))
