import pytest

from gateway.wire.cursor import Reader, Truncated


def test_fields_are_taken_in_order_and_in_network_order() -> None:
    reader = Reader(bytes.fromhex("01 0203 04050607 0809"))
    assert (reader.u8(), reader.u16(), reader.u32()) == (1, 0x0203, 0x04050607)
    assert reader.left == 2
    assert reader.rest() == b"\x08\x09"
    assert reader.rest() == b""


def test_a_field_behind_the_end_is_refused_and_nothing_is_taken() -> None:
    reader = Reader(b"\x01\x02\x03")
    for take in (reader.u32, lambda: reader.take(4), lambda: reader.part(4)):
        with pytest.raises(Truncated, match="4 bytes wanted, 3 left"):
            take()
    assert reader.take(3) == b"\x01\x02\x03"


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(Truncated):
        Reader(b"abc").take(-1)


def test_a_part_ends_where_it_was_told_to() -> None:
    reader = Reader(b"abcdef", start=1)
    part = reader.part(2)
    assert part.rest() == b"bc"
    assert reader.rest() == b"def"
    with pytest.raises(Truncated):
        part.u8()


def test_a_reader_of_a_slice_sees_no_more_than_the_slice() -> None:
    reader = Reader(b"abcdef", 2, 4)
    assert reader.left == 2
    with pytest.raises(Truncated):
        reader.take(3)
