import pytest

from gateway.wire.cursor import WireError
from gateway.wire.netlink import (
    ACK,
    ERROR,
    REQUEST,
    Message,
    attribute,
    build_message,
    each_attribute,
    error_number,
    nested,
    parse_attributes,
    parse_messages,
)
from tests.unit.wire.netlink_vectors import recorded

# Recorded with `delete-sa`: the kernel's acknowledgement (tests/vectors/netlink).
ACKNOWLEDGED = bytes.fromhex(
    "2400000002000001778c086b67030000000000003c00000011000500778c086b00000000"
)


def test_a_message_is_read_as_ip_has_sent_it() -> None:
    (sent,) = parse_messages(recorded("linux-6.1.toml", "delete-sa"))
    assert (sent.kind, sent.flags, len(sent.body)) == (0x11, REQUEST | ACK, 44)
    again = build_message(sent.kind, sent.flags, sent.sequence, sent.body)
    assert again == recorded("linux-6.1.toml", "delete-sa")


def test_several_messages_of_one_read_come_in_order() -> None:
    odd = build_message(5, 0, 1, b"odd") + b"\0"
    data = odd + build_message(6, 0, 2, b"") + odd
    assert [each.kind for each in parse_messages(data)] == [5, 6, 5]


def test_an_error_of_zero_acknowledges() -> None:
    (answer,) = parse_messages(ACKNOWLEDGED)
    assert answer.kind == ERROR
    assert error_number(answer) == 0


def test_an_error_is_an_errno() -> None:
    assert error_number(Message(ERROR, 0, 1, (-17).to_bytes(4, "little", signed=True))) == 17


@pytest.mark.parametrize(
    "data",
    [bytes(15), bytes(16), bytes.fromhex("11000000") + bytes(12)],
    ids=["cut header", "length of nothing", "length behind the end"],
)
def test_false_lengths_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        list(parse_messages(data))


def test_an_error_without_its_number_is_refused() -> None:
    with pytest.raises(WireError):
        error_number(Message(ERROR, 0, 1, b"\0\0"))


def test_attributes_are_filled_up_to_four_bytes() -> None:
    assert attribute(3, b"abc") == bytes.fromhex("0700 0300") + b"abc\0"
    assert parse_attributes(attribute(3, b"abc") + attribute(4, b"")) == {3: b"abc", 4: b""}


def test_nesting_is_a_mark_of_the_kind() -> None:
    outer = nested(1, attribute(2, b"in"), attribute(2, b"again"))
    assert outer[3] == 0x80
    assert list(each_attribute(parse_attributes(outer)[1])) == [(2, b"in"), (2, b"again")]


@pytest.mark.parametrize("length", [b"\x03\0", b"\x09\0"], ids=["below its header", "too long"])
def test_an_attribute_of_a_false_length_is_refused(length: bytes) -> None:
    with pytest.raises(WireError):
        parse_attributes(length + bytes(6))


def test_what_is_too_long_for_an_attribute_is_our_fault() -> None:
    with pytest.raises(ValueError, match="65540"):
        attribute(1, bytes(0x10000))
