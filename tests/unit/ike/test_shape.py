"""What of a message tells clients apart: bounded, and never an exception."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.ike.attributes import Attribute, short_attribute
from gateway.ike.numbers import EspAttribute, Protocol
from gateway.ike.proposals import Association, Proposal, Transform
from gateway.ike.shape import (
    LONGEST_VENDOR,
    MOST_KINDS,
    MOST_VENDORS,
    offer_shape,
    quick_offered,
)

LIFE = (short_attribute(11, 1), Attribute(12, (28800).to_bytes(4, "big"), short=False))
OFFER = Association(
    (Proposal(1, Protocol.ISAKMP, b"", (Transform(1, 1, (short_attribute(1, 5), *LIFE)),)),)
)


def esp(*attributes: Attribute) -> Association:
    ah = Proposal(1, Protocol.AH, b"SPI1", (Transform(1, 3, (short_attribute(4, 2),)),))
    return Association((ah, Proposal(2, Protocol.ESP, b"SPI1", (Transform(1, 3, attributes),))))


def selector(kind: int, port: int, data: bytes = b"\xc0\xa8\1\2") -> bytes:
    return bytes((kind, 17)) + port.to_bytes(2, "big") + data


def test_order_attributes_and_the_form_of_the_lifetime_are_kept() -> None:
    shape = offer_shape(OFFER, (b"one", b"two"), (1, 13, 13))
    assert shape.vendors == (b"one", b"two")
    assert shape.order == (1, 13, 13)
    assert shape.attributes == (1, 11, 12)
    assert shape.long_life


def test_a_lifetime_in_two_bytes_is_the_short_form() -> None:
    transform = Transform(1, 1, (short_attribute(11, 1), short_attribute(12, 3600)))
    association = Association((Proposal(1, Protocol.ISAKMP, b"", (transform,)),))
    assert not offer_shape(association, (), (1,)).long_life


def test_without_any_proposal_there_is_nothing_to_see() -> None:
    shape = offer_shape(Association(()), (), (1,))
    assert (shape.attributes, shape.long_life) == ((), False)


def test_a_stranger_cannot_make_us_keep_much() -> None:
    vendors = [bytes(60000)] * 64
    shape = offer_shape(OFFER, vendors, [13] * 64)
    assert len(shape.vendors) == MOST_VENDORS
    assert {len(vendor) for vendor in shape.vendors} == {LONGEST_VENDOR}
    assert len(shape.order) == MOST_KINDS


def test_quick_mode_tells_its_selectors_and_what_they_take() -> None:
    ids = (selector(2, 1701, b"old-w2k"), selector(1, 0))
    found = quick_offered(7, esp(), ids, 1, commit=True)
    assert (found.sa, found.ids, found.ports, found.nat_oa) == (7, (2, 1), (1701, 0), 1)
    assert found.quirks == ("host name in quick mode", "any port of ours (17/0)", "commit bit")


def test_by_the_book_no_quirk_is_needed() -> None:
    found = quick_offered(7, esp(), (selector(1, 1701), selector(1, 1701)), 0, commit=False)
    assert found.quirks == ()
    assert found.kilobytes is None
    assert not found.commit


def test_the_lifetime_by_volume_is_found_behind_that_by_time_and_behind_ah() -> None:
    lives = (
        short_attribute(EspAttribute.LIFE_TYPE, 1),
        short_attribute(EspAttribute.LIFE_DURATION, 3600),
        short_attribute(EspAttribute.LIFE_TYPE, 2),
        Attribute(EspAttribute.LIFE_DURATION, (250_000).to_bytes(4, "big"), short=False),
    )
    found = quick_offered(7, esp(*lives), (), 0, commit=False)
    assert found.kilobytes == 250_000
    assert found.quirks == ("no selectors", "lifetime by volume")


@given(st.lists(st.binary(max_size=12), max_size=5))
def test_any_selectors_are_looked_at_without_harm(ids: list[bytes]) -> None:
    found = quick_offered(7, esp(), tuple(ids), 0, commit=False)
    assert len(found.ids) == len([one for one in ids if len(one) >= 4])
