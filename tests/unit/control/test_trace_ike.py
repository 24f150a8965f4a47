"""What a message offers; the bytes are built as the RFCs draw them."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.trace_ike import MOST, suites
from gateway.ike.header import Header, build_message
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.payloads import Payload, build_chain

BASIC = 0x8000


def message(*proposals: bytes, before: tuple[Payload, ...] = ()) -> bytes:
    sa = Payload(Kind.SA, pack("!II", 1, 1) + b"".join(proposals))
    payloads = [*before, sa]
    header = Header(b"cookie_i", bytes(8), int(payloads[0].kind), Exchange.MAIN)
    return build_message(header, build_chain(payloads))


def proposal(protocol: int, *transforms: bytes, spi: bytes = b"") -> bytes:
    """RFC 2408, 3.5."""
    body = pack("!BBBB", 1, protocol, len(spi), len(transforms)) + spi + b"".join(transforms)
    return pack("!BBH", 2, 0, 4 + len(body)) + body


def transform(number: int, **attributes: int) -> bytes:
    """RFC 2408, 3.6; attributes as `t1=5`: type and value, both short."""
    values = (pack("!HH", BASIC | int(name[1:]), value) for name, value in attributes.items())
    body = pack("!BBH", 1, number, 0) + b"".join(values)
    return pack("!BBH", 3, 0, 4 + len(body)) + body


TRIPLE = transform(1, t1=5, t2=2, t3=1, t4=2)
AES = transform(1, t1=7, t14=128, t2=1, t3=3, t4=14)


def test_suites_of_ike_are_spelled_as_the_configuration_spells_them() -> None:
    found = suites(message(proposal(1, TRIPLE, AES, TRIPLE)))
    assert found == ["3des-sha1-modp1024", "aes128-md5-modp2048 by certificate"]


def test_suites_of_esp_come_with_their_mode_behind_other_payloads() -> None:
    offered = [
        proposal(3, transform(3, t4=61444, t5=2), spi=b"spi!"),
        proposal(3, transform(12, t4=2, t5=1, t6=256), spi=b"spi!"),
        proposal(2, transform(3, t4=2, t5=2), spi=b"spi!"),
    ]
    hash_ = Payload(Kind.HASH, bytes(20))
    assert suites(message(*offered, before=(hash_,))) == [
        "3des-sha1, transport in UDP (draft)",
        "aes256-md5, transport",
        "ah-sha1, transport",
    ]


def test_a_long_attribute_is_passed_over() -> None:
    life = pack("!HHI", 12, 4, 28800)
    body = pack("!BBH", 1, 1, 0) + pack("!HH", BASIC | 1, 5) + life
    found = suites(message(proposal(1, pack("!BBH", 0, 0, 4 + len(body)) + body)))
    assert found == ["3des-no hash-no group"]


def test_what_has_no_name_is_a_number() -> None:
    strange = transform(9, t4=7, t5=9)
    assert suites(message(proposal(3, strange))) == ["cipher 9-hash 9, mode 7"]
    assert suites(message(proposal(1, transform(1, t1=9, t2=9, t3=9, t4=9)))) == [
        "cipher 9-hash 9-group 9 by method 9"
    ]


def test_an_offer_that_breaks_off_is_told_as_far_as_it_goes() -> None:
    whole = message(proposal(1, TRIPLE, AES))
    assert suites(whole[:-3]) == []  # the payload itself is not whole
    broken = message(proposal(1, TRIPLE), b"\0\0\xff\xff")
    assert suites(broken) == ["3des-sha1-modp1024"]


def test_an_offer_without_end_is_told_in_part() -> None:
    many = [transform(1, t1=5, t2=2, t4=number) for number in range(300)]
    assert len(suites(message(*[proposal(1, one) for one in many]))) == MOST


@pytest.mark.parametrize("data", [b"", bytes(16), bytes(28), b"\1" * 40])
def test_a_message_without_an_offer_has_none(data: bytes) -> None:
    assert suites(data) == []


@given(st.binary(max_size=120))
def test_any_bytes_are_read_to_some_end(body: bytes) -> None:
    assert isinstance(suites(bytes(16) + b"\1" + bytes(11) + body), list)
    assert isinstance(suites(message(body)), list)
