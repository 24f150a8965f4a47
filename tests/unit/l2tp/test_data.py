"""Data messages, RFC 2661, 3.1; bytes: tests/vectors/l2tp/gen-l2tp-mschapv2.pcap."""

from struct import pack

import pytest

from gateway.l2tp.data import Road, open_data, seal_data
from gateway.l2tp.errors import Drop
from tests.captures import udp_payloads, vectors

TUNNEL, CALL = 0xB597, 0x642D
IDS = pack("!HH", TUNNEL, CALL)
PEER = pack("!HH", 0x7571, 0x9E0D)
FRAME = bytes.fromhex("ff03c02109000008afd70f82")  # packet 28: LCP Echo-Request
# dotpcap/packetnet Test/CaptureFiles/l2tp.pcap @26f49512 (MPL-2.0): one data message, as a fact.
PACKETNET = bytes.fromhex("03024a32d35e0000ff03c0210948000cc1343922e7e18ff6")


def roads(sequencing: bool = False) -> dict[int, Road]:
    return {CALL: Road(TUNNEL, 0x7571, 0x9E0D, sequencing)}


def numbered(ns: int) -> bytes:
    return b"\x08\x02" + IDS + pack("!HH", ns, 0) + FRAME


def test_every_recorded_frame_opens() -> None:
    payloads = udp_payloads(vectors("l2tp") / "gen-l2tp-mschapv2.pcap", 1701)
    there = [each for each in payloads if each.startswith(b"\0\2" + IDS)]
    assert len(there) == 21
    for payload in there:
        assert open_data(roads(), payload) == (CALL, payload[6:])


@pytest.mark.parametrize(
    "message",
    [
        b"\x00\x02" + IDS + FRAME,
        b"\x40\x02" + pack("!H", 8 + len(FRAME)) + IDS + FRAME,
        b"\x40\x02" + pack("!H", 8 + len(FRAME)) + IDS + FRAME + b"padding",
        b"\x41\x02" + pack("!H", 8 + len(FRAME)) + IDS + FRAME,
        b"\x08\x02" + IDS + b"\0\0\0\0" + FRAME,
        b"\x02\x02" + IDS + b"\0\0" + FRAME,
        b"\x02\x02" + IDS + b"\0\3pad" + FRAME,
        b"\x4a\x02" + pack("!H", 14 + 5 + len(FRAME)) + IDS + b"\0\1\0\0\0\5fives" + FRAME,
        b"\x4a\x02" + pack("!H", 14 + len(FRAME)) + IDS + b"\0\1\0\0\0\0" + FRAME + b"padding",
        b"\x03\x02" + IDS + b"\0\0" + FRAME,
    ],
    ids=["bare", "L", "L-padded", "LP", "S", "O", "O3", "LSO5", "LSO-padded", "OP"],
)
def test_every_shape_of_header_opens(message: bytes) -> None:
    assert open_data(roads(), message) == (CALL, FRAME)


def test_a_found_message_with_offset_zero_and_priority_opens() -> None:
    found = open_data({0xD35E: Road(0x4A32, 1, 1, False)}, PACKETNET)
    assert found == (0xD35E, PACKETNET[8:])


@pytest.mark.parametrize(
    ("message", "drop"),
    [
        (b"", Drop.SHORT),
        (b"\0\2" + IDS + b"\xff", Drop.SHORT),
        (b"\0\3" + IDS + FRAME, Drop.BAD_HEADER),
        (b"\0\1" + IDS + FRAME, Drop.BAD_HEADER),
        (b"\x80\x02" + IDS + FRAME, Drop.BAD_HEADER),
        (b"\x40\x02\xff\xff" + IDS + FRAME, Drop.BAD_HEADER),
        (b"\x40\x02\x00\x08" + IDS + FRAME, Drop.SHORT),
        (b"\x40\x02\x00\x00" + IDS + FRAME, Drop.SHORT),
        (b"\x02\x02" + IDS + b"\xff\xff" + FRAME, Drop.SHORT),
        (b"\x08\x02" + IDS + b"\0\0", Drop.SHORT),
        (b"\x48\x02\xff\xff" + IDS + b"\0\0\0\0" + FRAME, Drop.BAD_HEADER),
        (b"\x48\x02\x00\x0c" + IDS + b"\0\0\0\0" + FRAME, Drop.SHORT),
        (b"\0\2\xb5\x98\x64\x2d" + FRAME, Drop.NO_CALL),
        (b"\0\2\xb5\x97\x64\x2e" + FRAME, Drop.NO_CALL),
        (b"\x08\x02\xb5\x98\x64\x2d\0\0\0\0" + FRAME, Drop.NO_CALL),
    ],
)
def test_what_is_wrong_is_dropped_with_a_reason(message: bytes, drop: Drop) -> None:
    assert open_data(roads(), message) is drop


def test_frames_are_sealed_with_their_length() -> None:
    assert seal_data(roads(), CALL, FRAME) == b"\x40\x02\x00\x14" + PEER + FRAME


def test_numbers_are_sent_where_they_are_wanted_and_run_round() -> None:
    there = roads(sequencing=True)
    there[CALL].ns = 0xFFFF
    sealed = [seal_data(there, CALL, FRAME) for _ in range(2)]
    assert sealed == [
        b"\x48\x02\x00\x18" + PEER + b"\xff\xff\0\0" + FRAME,
        b"\x48\x02\x00\x18" + PEER + b"\x00\x00\0\0" + FRAME,
    ]


def test_who_numbers_is_answered_with_numbers() -> None:
    there = roads()
    open_data(there, numbered(0))
    assert seal_data(there, CALL, FRAME) == b"\x48\x02\x00\x18" + PEER + bytes(4) + FRAME


@pytest.mark.parametrize(
    ("come", "through", "gaps"),
    [
        ([0, 1, 2], [0, 1, 2], 0),
        ([0, 2, 1, 3], [0, 2, 3], 1),
        ([5, 5, 6], [5, 6], 0),
        ([0xFFFE, 0xFFFF, 0, 1], [0xFFFE, 0xFFFF, 0, 1], 0),
        ([0xFFFF, 1, 0], [0xFFFF, 1], 1),
        ([0, 0x7FFF, 1], [0, 0x7FFF], 0x7FFE),
    ],
)
def test_late_frames_are_dropped_and_gaps_accepted(
    come: list[int], through: list[int], gaps: int
) -> None:
    there = roads()
    opened = [ns for ns in come if open_data(there, numbered(ns)) == (CALL, FRAME)]
    assert opened == through
    assert there[CALL].gaps == gaps
    assert open_data(there, numbered(through[-1])) is Drop.LATE


def test_nothing_is_sealed_for_a_call_that_is_not_open() -> None:
    assert seal_data({}, CALL, FRAME) is Drop.NO_CALL


def test_a_frame_too_long_for_the_length_field_is_dropped() -> None:
    assert seal_data(roads(), CALL, bytes(0xFFFF - 11)) is Drop.TOO_LONG
