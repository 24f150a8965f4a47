"""ISAKMP headers (RFC 2408, 3.1). The bytes are the first message of a recorded main mode."""

import pytest

from gateway.ike.errors import BadHeader
from gateway.ike.header import Header, build_message, is_version_1, parse_header
from gateway.ike.numbers import FLAG_ENCRYPTION, NO_COOKIE, Exchange, Kind
from tests.captures import json_messages, vectors

RECORDED = vectors("captures") / "ikev1" / "rubsme-main-psk-two-in-one.json"
FIRST = json_messages(RECORDED)[0][1]


def test_a_recorded_first_message_reads_as_main_mode_without_a_responder() -> None:
    header, body = parse_header(FIRST)
    assert header == Header(bytes.fromhex("2c3809ffa77581e2"), NO_COOKIE, Kind.SA, Exchange.MAIN)
    assert body == FIRST[28:]
    assert is_version_1(header)
    assert not header.encrypted


def test_building_undoes_parsing() -> None:
    assert build_message(*parse_header(FIRST)) == FIRST


def test_what_is_behind_the_length_is_left_out() -> None:
    assert parse_header(FIRST + b"more") == parse_header(FIRST)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        FIRST[:27],
        FIRST[:-1],
        FIRST[:24] + b"\0\0\0\x1b" + FIRST[28:],
        FIRST[:24] + b"\xff\xff\xff\xff" + FIRST[28:],
    ],
    ids=["empty", "short", "cut", "less than a header", "enormous"],
)
def test_a_length_that_cannot_be_is_refused(message: bytes) -> None:
    with pytest.raises(BadHeader):
        parse_header(message)


def test_ike_version_2_is_told_apart() -> None:
    header, _ = parse_header(FIRST[:17] + b"\x20" + FIRST[18:])
    assert not is_version_1(header)


def test_a_higher_minor_version_is_still_version_1() -> None:
    header, _ = parse_header(FIRST[:17] + b"\x11" + FIRST[18:])
    assert is_version_1(header)


def test_flags_and_message_id_are_read() -> None:
    header = Header(bytes(range(8)), bytes(range(8, 16)), 8, 32, FLAG_ENCRYPTION, 0x01020304)
    assert header.encrypted
    assert header.message_id_bytes == b"\1\2\3\4"
    assert parse_header(build_message(header, b"body")) == (header, b"body")


@pytest.mark.parametrize(
    "header", [Header(b"", bytes(8), 0, 2), Header(bytes(8), b"7 bytes", 0, 2)]
)
def test_a_cookie_of_another_size_is_our_mistake(header: Header) -> None:
    with pytest.raises(ValueError, match="eight bytes"):
        build_message(header, b"")
