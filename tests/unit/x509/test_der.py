"""DER: examples from X.690 and by arithmetic, and what is refused."""

import pytest

from gateway.wire.cursor import Truncated
from gateway.x509.der import (
    BIT_STRING,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    Der,
    bit_string,
    boolean,
    encode,
    field,
    integer,
    null,
    octets,
    oid,
    oid_text,
    sequence,
    set_of,
)
from gateway.x509.errors import BadDer


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0, "020100"),
        (127, "02017f"),
        (128, "02020080"),
        (256, "02020100"),
        (-128, "020180"),
    ],
)
def test_whole_numbers(value: int, data: str) -> None:
    """X.690, 8.3."""
    assert Der(bytes.fromhex(data)).number() == value
    assert integer(max(value, 0)) == (bytes.fromhex(data) if value >= 0 else integer(0))


@pytest.mark.parametrize(
    ("dotted", "data"),
    [
        ("2.999.3", "0603883703"),  # X.690, 8.19.5
        ("1.2.840.113549.1.1.5", "06092a864886f70d010105"),  # RFC 8017, appendix C
        ("2.5.4.3", "0603550403"),
        ("0.9.2342.19200300.100.1.25", "060a0992268993f22c640119"),
    ],
)
def test_object_identifiers(dotted: str, data: str) -> None:
    assert oid(dotted) == bytes.fromhex(data)
    assert oid_text(Der(bytes.fromhex(data)).body(OID)) == dotted


@pytest.mark.parametrize("data", [b"", b"\x80" * 50, b"\xff" * 100])
def test_any_identifier_has_a_bounded_text(data: bytes) -> None:
    assert 0 < len(oid_text(data)) < 120


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_lengths_are_in_their_shortest_form(size: int) -> None:
    made = octets(bytes(size))
    assert Der(made).body(OCTETS) == bytes(size)
    assert len(made) - size == (2 if size < 128 else 3 if size < 256 else 4 if size < 65536 else 5)


@pytest.mark.parametrize(
    "data",
    [
        "1f8101",  # a tag of two bytes
        "0480ffff0000",  # indefinite
        "04817f" + "00" * 127,  # longer than needed
        "04820080" + "00" * 128,
        "0485000000000100",  # five bytes of length
    ],
)
def test_what_is_ber_and_not_der_is_refused(data: str) -> None:
    with pytest.raises(BadDer):
        Der(bytes.fromhex(data)).any()


@pytest.mark.parametrize("data", ["", "04", "0405", "0402ff", "0482ff"])
def test_what_is_cut_is_told(data: str) -> None:
    with pytest.raises(Truncated):
        Der(bytes.fromhex(data)).any()


def test_a_cursor_takes_what_is_there_in_order() -> None:
    der = Der(sequence(integer(5), boolean(True), null(), octets(b"x")))
    inside = der.inside(SEQUENCE)
    assert not der.more
    assert inside.next_is(INTEGER)
    assert inside.number() == 5
    assert inside.optional(INTEGER) is None
    assert inside.optional(1) == b"\xff"
    assert [element.tag for element in inside] == [5, OCTETS]
    inside.end()


def test_another_tag_and_what_is_left_over_are_refused() -> None:
    with pytest.raises(BadDer, match="tag 0x4 where 0x2 must be"):
        Der(octets(b"")).number()
    with pytest.raises(BadDer, match="2 bytes too many"):
        Der(null()).end()


@pytest.mark.parametrize("body", [b"", bytes(2050)])
def test_numbers_of_no_bytes_or_too_many_are_refused(body: bytes) -> None:
    with pytest.raises(BadDer, match="a number of"):
        Der(encode(INTEGER, body)).number()


def test_bits_are_whole_bytes() -> None:
    assert Der(bit_string(b"ab")).bits() == b"ab"
    for body in (b"", b"\1a"):
        with pytest.raises(BadDer, match="whole bytes"):
            Der(encode(BIT_STRING, body)).bits()


def test_members_of_a_set_stand_in_order_and_fields_have_numbers() -> None:
    assert set_of(integer(2), integer(1)) == bytes.fromhex("3106020101020102")
    assert field(0, integer(2)) == bytes.fromhex("a003020102")
    assert field(2, b"dns", constructed=False) == b"\x82\3dns"
    assert boolean(False) == b"\1\1\0"


def test_an_element_knows_its_own_bytes() -> None:
    data = sequence(integer(1))
    assert Der(data + b"rest").any().whole == data
