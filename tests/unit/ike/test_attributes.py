"""Attributes in both forms (RFC 2408, 3.3); the bytes are from a Windows first message."""

import pytest

from gateway.ike.attributes import (
    Attribute,
    build_attributes,
    parse_attributes,
    short_attribute,
)
from gateway.wire.cursor import Reader, Truncated

# As Windows writes a lifetime: type in the short form, duration in the long one (CLIENTS, 2).
LIFE = bytes.fromhex("800b0001 000c0004 00007080")


def test_both_forms_are_read_and_written_back_as_they_came() -> None:
    attributes = parse_attributes(Reader(LIFE))
    assert attributes == (
        short_attribute(11, 1),
        Attribute(12, bytes.fromhex("00007080"), short=False),
    )
    assert [attribute.number for attribute in attributes] == [1, 28800]
    assert build_attributes(attributes) == LIFE


def test_an_empty_long_value_is_the_number_nought() -> None:
    (attribute,) = parse_attributes(Reader(bytes.fromhex("000c0000")))
    assert attribute.number == 0
    assert build_attributes([attribute]) == bytes.fromhex("000c0000")


@pytest.mark.parametrize("text", ["80", "800b", "800b00", "000c", "000c0004", "000c0004007080"])
def test_a_cut_attribute_is_refused(text: str) -> None:
    with pytest.raises(Truncated):
        parse_attributes(Reader(bytes.fromhex(text)))


@pytest.mark.parametrize(
    "attribute", [Attribute(1, b"abc"), Attribute(0x8000, b"ab"), Attribute(-1, b"", short=False)]
)
def test_what_has_no_such_form_is_our_mistake(attribute: Attribute) -> None:
    with pytest.raises(ValueError, match="attribute"):
        build_attributes([attribute])
