"""Blocks of pcapng files (draft-ietf-opsawg-pcapng). tests/interop/test_trace.py asks tshark."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.cursor import Reader, WireError
from gateway.wire.pcapng import (
    INBOUND,
    INTERFACE,
    LONGEST_BLOCK,
    OUTBOUND,
    SECTION,
    STATISTICS,
    Block,
    Recorded,
    build_interface,
    build_packet,
    build_section,
    build_statistics,
    parse_block,
    parse_options,
    parse_packet,
)

# From the draft, 4.1: type, length, magic, version 1.0, a section of unknown length, length again.
PLAIN_SECTION = bytes.fromhex(
    "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c".replace(" ", "")
)


def test_a_section_begins_with_the_bytes_of_the_draft() -> None:
    assert build_section() == PLAIN_SECTION


def test_a_section_can_say_what_it_is() -> None:
    block = parse_block(Reader(build_section("about")))
    assert block.kind == SECTION
    assert parse_options(Reader(block.body[16:])) == [(1, b"about")]


def test_an_interface_is_raw_ip_without_a_limit_and_has_a_name() -> None:
    block = parse_block(Reader(build_interface("outside", "as they came")))
    assert block.kind == INTERFACE
    assert block.body[:8] == bytes.fromhex("0065000000000000")
    assert parse_options(Reader(block.body[8:])) == [(2, b"outside"), (3, b"as they came")]


def test_what_was_lost_is_told() -> None:
    block = parse_block(Reader(build_statistics(0, 5, 7)))
    assert block.kind == STATISTICS
    assert parse_options(Reader(block.body[12:])) == [(5, (7).to_bytes(8, "big"))]


PACKETS = st.builds(
    Recorded,
    interface=st.integers(0, 0xFFFFFFFF),
    microseconds=st.integers(0, (1 << 64) - 1),
    data=st.binary(max_size=100),
    length=st.integers(0, 0xFFFFFFFF),
    flags=st.sampled_from((0, INBOUND, OUTBOUND)),
    comment=st.text(max_size=20),
)


@given(PACKETS)
def test_a_packet_is_read_as_it_was_written(packet: Recorded) -> None:
    built = build_packet(packet)
    assert len(built) % 4 == 0
    assert parse_packet(parse_block(Reader(built))) == packet


@given(st.binary(max_size=64))
def test_whatever_is_no_block_is_refused_and_nothing_else_happens(data: bytes) -> None:
    with suppress(WireError):
        parse_block(Reader(data))
    with suppress(WireError):
        parse_options(Reader(data))
    with suppress(WireError):
        parse_packet(Block(6, data))


@pytest.mark.parametrize(
    "block",
    [
        PLAIN_SECTION[:-4] + bytes(4),  # the length at its end is another
        bytes.fromhex("0000000600000008"),  # shorter than a block can be
        bytes.fromhex("000000060000000d") + bytes(9),  # no multiple of four
        bytes.fromhex("00000006") + (LONGEST_BLOCK + 4).to_bytes(4, "big") + bytes(LONGEST_BLOCK),
    ],
)
def test_a_block_that_contradicts_itself_is_refused(block: bytes) -> None:
    with pytest.raises(WireError):
        parse_block(Reader(block))


def test_another_block_is_no_packet() -> None:
    with pytest.raises(WireError, match="no packet"):
        parse_packet(parse_block(Reader(PLAIN_SECTION)))
