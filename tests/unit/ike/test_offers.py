"""What we offer, byte by byte, and what we take for an answer to it."""

from dataclasses import replace

import pytest

from gateway.ike.choice import Life
from gateway.ike.errors import BadProposal
from gateway.ike.offers import offer_esp, offer_ike, taken_esp, taken_ike
from gateway.ike.proposals import (
    ESP_SUITES,
    IKE_SUITES,
    Association,
    build_association,
    parse_association,
)

IKE = [IKE_SUITES["3des-sha1-modp1024"], IKE_SUITES["aes128-sha1-modp2048"]]
ESP = [ESP_SUITES["3des-md5"], ESP_SUITES["aes256-sha1"]]
SPI = b"\x11\x22\x33\x44"


def only(body: bytes, place: int) -> bytes:
    """The answer that takes one transform of an offer, as it came."""
    (proposal,) = parse_association(body).proposals
    taken = replace(proposal, transforms=(proposal.transforms[place],))
    return build_association(Association((taken,)))


def test_the_first_transform_is_that_of_windows_to_the_byte() -> None:
    """The attributes of windows-xpsp2-2003-mm1.json, in their order, for 3DES-SHA1-MODP1024."""
    transform = offer_ike(IKE[:1], 28800, 1)[8 + 8 + 8 :]
    assert transform.hex() == "80010005800200028004000280030001800b0001" + ("000c000400007080")


def test_only_aes_has_a_key_length() -> None:
    assert b"\x80\x0e\x00\x80" in offer_ike(IKE, 28800, 1)
    assert b"\x80\x0e" not in offer_ike(IKE[:1], 28800, 1)
    assert offer_esp(ESP, Life(3600), SPI).endswith(b"\x80\x06\x01\x00")


def test_esp_is_offered_in_transport_mode_with_both_lifetimes() -> None:
    body = offer_esp(ESP[:1], Life(3600, 250_000), SPI)
    assert body[16:20] == SPI
    assert body[28:].hex() == ("800100010002000400000e1080010002000200040003d0908004000280050001")


def test_a_lifetime_without_volume_says_none() -> None:
    assert b"\x80\x01\x00\x02" not in offer_esp(ESP, Life(3600), SPI)


@pytest.mark.parametrize("place", [0, 1])
def test_either_transform_may_be_taken(place: int) -> None:
    assert taken_ike(only(offer_ike(IKE, 28800, 1), place), IKE).suite is IKE[place]
    choice = taken_esp(only(offer_esp(ESP, Life(3600, 250_000), SPI), place), ESP)
    assert (choice.suite, choice.spi) == (ESP[place], SPI)
    assert choice.life == Life(3600, 250_000)


def test_what_was_not_offered_cannot_be_taken() -> None:
    with pytest.raises(BadProposal):
        taken_ike(only(offer_ike(IKE, 28800, 1), 1), IKE[:1])
    with pytest.raises(BadProposal):
        taken_esp(only(offer_esp(ESP, Life(), SPI), 1), ESP[:1])


def test_nobody_may_take_two_at_once() -> None:
    with pytest.raises(BadProposal):
        taken_ike(offer_ike(IKE, 28800, 1), IKE)
    with pytest.raises(BadProposal):
        taken_esp(offer_esp(ESP, Life(), SPI), ESP)
