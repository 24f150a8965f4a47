"""PPP on a line of bytes. The check sequence is RFC 1662's own (C.2), done bit by bit here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ppp.hdlc import LONGEST, Opener, sealed

# A Configure-Request of pppd 2.4.9 with one option, MRU 1400.
FRAME = bytes.fromhex("ff03c0210101000801040578")
frames = st.binary(min_size=1, max_size=200) | st.lists(
    st.sampled_from([0x7D, 0x7E, 0x5D, 0x00, 0x1F, 0x20, 0x11]), min_size=1, max_size=40
).map(bytes)


def check_sequence(data: bytes) -> bytes:
    total = 0xFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = (total >> 1) ^ (0x8408 if total & 1 else 0)
    return (total ^ 0xFFFF).to_bytes(2, "little")


def test_the_check_sequence_is_the_rfcs() -> None:
    """CRC-16/X-25 of these nine digits is 906E in every catalogue of such sums."""
    assert check_sequence(b"123456789") == bytes.fromhex("6e90")
    assert sealed(b"123456789") == b"~123456789n\x90~"


def test_flags_escapes_and_all_control_characters_are_escaped() -> None:
    line = sealed(FRAME)
    inside = line[1:-1]
    assert (line[:1], line[-1:]) == (b"~", b"~")
    assert b"~" not in inside
    assert min(inside) >= 0x20
    assert inside.startswith(bytes.fromhex("ff7d23c021"))


@given(frames)
def test_what_is_sealed_is_opened(frame: bytes) -> None:
    opener = Opener()
    assert opener.open(sealed(frame)) == [frame]
    assert opener.counts == {}


@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 60), max_size=20))
def test_pieces_of_any_length_give_the_same_frames(sent: list[bytes], sizes: list[int]) -> None:
    line, opener, found = b"".join(map(sealed, sent)), Opener(), []
    for size in sizes:
        found += opener.open(line[:size])
        line = line[size:]
    found += opener.open(line)
    assert found == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_counted(data: bytes) -> None:
    opener = Opener()
    for frame in opener.open(data):
        assert sealed(frame)


def test_one_flag_between_two_frames_is_enough() -> None:
    line = sealed(FRAME)
    assert Opener().open(line + line[1:]) == [FRAME, FRAME]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"~" + FRAME + b"\0\0~", "check_sequence"),
        (b"~" + sealed(FRAME)[1:-1] + b"\x7d~", "aborted"),
        (b"~\x21\x22~", "length"),
        (b"~" + bytes(LONGEST + 1) + b"~", "length"),
    ],
)
def test_what_is_no_frame_is_counted_and_the_next_one_is_heard(line: bytes, reason: str) -> None:
    opener = Opener()
    assert opener.open(line + sealed(FRAME)) == [FRAME]
    assert opener.counts == {f"line_{reason}": 1}


def test_what_is_before_the_first_flag_is_no_frame() -> None:
    opener = Opener()
    assert opener.open(b"pppd: warning" + sealed(FRAME)) == [FRAME]
    assert opener.counts == {}


def test_a_frame_without_an_end_is_not_kept_for_ever() -> None:
    opener = Opener()
    opener.open(b"~")
    for _ in range(20):
        opener.open(bytes(LONGEST // 2))
        assert len(opener._rest) <= 2 * LONGEST
    assert opener.counts["line_too_long"] >= 1
    assert opener.open(b"rest of it" + sealed(FRAME)) == [FRAME]
