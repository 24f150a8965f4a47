"""What of a packet may be shown; the packets are written as their RFCs draw them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.bridge.censor import SECRET_PAIRS, censor, censor_frame

PORTS = (1701).to_bytes(2, "big") * 2
SECRET = b"hunter2"
DATA_HEADER = bytes.fromhex("000200070001")  # version 2, tunnel 7, session 1
TCP = bytes.fromhex("4500002c00010000400600000a0100020a010001") + bytes(12) + b"\x50" + bytes(7)
UDP = bytes.fromhex("4500002000010000401100000a0100020a010001") + bytes(8)


def segment(message: bytes) -> bytes:
    return PORTS + (8 + len(message)).to_bytes(2, "big") + bytes(2) + message


def packet(protocol: int, code: int, data: bytes, head: bytes = b"\xff\x03") -> bytes:
    """A PPP frame of a control packet (RFC 1661, 5)."""
    start = protocol.to_bytes(2, "big") + bytes((code, 1)) + (4 + len(data)).to_bytes(2, "big")
    return head + start + data


def pair(kind: int, value: bytes) -> bytes:
    return (0x8000 | 6 + len(value)).to_bytes(2, "big") + bytes(2) + kind.to_bytes(2, "big") + value


def control(*pairs: bytes) -> bytes:
    body = b"".join(pairs)
    return b"\xc8\x02" + (12 + len(body)).to_bytes(2, "big") + bytes(8) + body


@given(st.binary(max_size=30), st.binary(min_size=4, max_size=30), st.booleans())
def test_a_password_of_pap_is_zeros_and_the_name_stays(
    name: bytes, password: bytes, framed: bool
) -> None:
    data = bytes((len(name),)) + name + bytes((len(password),)) + password
    head = b"\xff\x03" * framed
    shown = censor_frame(packet(0xC023, 1, data, head))
    assert shown == packet(0xC023, 1, data[: len(name) + 2] + bytes(len(password)), head)


@pytest.mark.parametrize(
    ("protocol", "code", "data", "shown"),
    [
        (0xC023, 3, b"\x07refused", b"\x07refused"),  # PAP's answer
        (0xC223, 1, b"\x04abcdserver", b"\x04abcdserver"),  # CHAP: the challenge
        (0xC223, 2, b"\x04abcdname", b"\x04\0\0\0\0name"),  # the response
        (0xC223, 3, b"S=" + SECRET, bytes(9)),  # success of MS-CHAP version 2
        (0xC223, 4, b"E=691 R=1", b"E=691 R=1"),
        (0xC223, 7, SECRET, bytes(7)),  # a changed password
        (0xC227, 2, b"\x01name", b"\x01name"),  # EAP: identity
        (0xC227, 2, b"\x04" + SECRET, b"\x04" + bytes(7)),  # MD5
        (0xC227, 1, b"\x0d" + SECRET, b"\x0d" + bytes(7)),
        (0xC227, 3, b"", b""),
        (0xC021, 1, b"\x01\x04\x05\x78", b"\x01\x04\x05\x78"),  # LCP
        (0x8021, 1, b"\x03\x06\0\0\0\0", b"\x03\x06\0\0\0\0"),  # IPCP
        (0xC021, 8, b"\xc0\x23" + SECRET, b"\xc0\x23" + bytes(7)),  # PAP, rejected with all of it
        (0xC021, 8, b"\x80\x3f" + SECRET, b"\x80\x3f" + SECRET),
    ],
)
def test_what_proves_is_zeros_and_what_negotiates_stays(
    protocol: int, code: int, data: bytes, shown: bytes
) -> None:
    assert censor_frame(packet(protocol, code, data)) == packet(protocol, code, shown)


@pytest.mark.parametrize(
    ("data", "headers"),
    [(TCP, 40), (UDP, 28), (b"\x60" + bytes(60), 0), (b"\x45" + bytes(10), 0)],
)
def test_a_data_packet_ends_behind_its_headers(data: bytes, headers: int) -> None:
    for head in (b"\xff\x03\x00\x21", b"\x00\x21", b"\x21"):
        assert censor_frame(head + data + SECRET) == head + (data + SECRET)[:headers]


def test_of_another_protocols_data_only_its_number_is_shown() -> None:
    assert censor_frame(b"\xff\x03\x00\x2b" + SECRET) == b"\xff\x03\x00\x2b"


def test_a_frame_without_a_protocol_is_not_shown() -> None:
    assert censor_frame(b"\xff\x03\xc0") == b""


@pytest.mark.parametrize("kind", sorted(SECRET_PAIRS))
def test_what_proves_in_l2tp_is_zeros(kind: int) -> None:
    whole = segment(control(pair(0, b"\0\1"), pair(kind, SECRET), pair(7, b"press-3")))
    assert censor(whole) == segment(
        control(pair(0, b"\0\1"), pair(kind, bytes(7)), pair(7, b"press-3"))
    )


@pytest.mark.parametrize(
    "header",
    [DATA_HEADER, b"\x40\x02\x00\x20" + bytes(4), b"\x0a\x02" + bytes(8) + b"\x00\x02\xaa\xaa"],
)
def test_a_frame_is_found_behind_every_header_of_l2tp(header: bytes) -> None:
    frame = packet(0xC023, 1, b"\x01n\x07" + SECRET)
    assert censor(segment(header + frame)) == segment(header + censor_frame(frame))


@pytest.mark.parametrize(
    "whole",
    [
        segment(b"\xc8\x02\x00\x20" + bytes(8) + b"\x80\x02" + SECRET),  # a pair of two bytes
        segment(b"\xc8\x02\x00\x20" + bytes(8) + b"\x83\xff" + SECRET),  # longer than all
        segment(b"\x02\x02\x00\x07\x00\x01\xff\xff" + SECRET),  # an offset behind the end
        (53).to_bytes(2, "big") * 2 + bytes(4) + SECRET,  # not L2TP
    ],
)
def test_of_what_makes_no_sense_only_the_udp_header_is_shown(whole: bytes) -> None:
    assert censor(whole) == whole[:8]


@given(st.binary(max_size=80).map(segment) | st.binary(max_size=20))
@example(segment(control(pair(13, SECRET))))
def test_nothing_gets_longer_and_what_was_censored_stays_as_it_is(whole: bytes) -> None:
    shown = censor(whole)
    assert len(shown) <= len(whole)
    assert censor(shown) == shown
