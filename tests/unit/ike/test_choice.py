"""Choosing by our own order from offers that real clients make (RFC 2407, 4.5)."""

from collections.abc import Mapping

import pytest

from gateway.ike.attributes import Attribute, short_attribute
from gateway.ike.choice import (
    EspChoice,
    Life,
    answer_esp,
    choose_esp,
    choose_ike,
    offered_esp,
    offered_ike,
)
from gateway.ike.numbers import DEFAULT_LIFE, LONGEST_LIFE
from gateway.ike.proposals import (
    ESP_SUITES,
    IKE_SUITES,
    Association,
    Proposal,
    Transform,
    parse_association,
)

WEAK = {1: 1, 2: 1, 3: 1, 4: 1}  # DES, MD5, PSK, MODP768
OLD = {1: 5, 2: 2, 3: 1, 4: 2}  # 3DES, SHA-1, PSK, MODP1024
BEST = {1: 7, 2: 2, 3: 1, 4: 14, 14: 256}  # AES-256, SHA-1, PSK, MODP2048
ESP_OLD = {4: 2, 5: 2}  # transport, HMAC-SHA-1
SUITES = [IKE_SUITES[name] for name in ("aes256-sha1-modp2048", "3des-sha1-modp1024")]
ESP = [ESP_SUITES[name] for name in ("aes128-sha1", "3des-sha1")]
TRANSPORT = frozenset({2})


def transform(numbers: Mapping[int, int], number: int = 1, kind: int = 1) -> Transform:
    attributes = tuple(short_attribute(*pair) for pair in numbers.items())
    return Transform(number, kind, attributes)


def ike(*offers: Mapping[int, int], protocol: int = 1, kind: int = 1) -> Association:
    transforms = tuple(transform(offer, place, kind) for place, offer in enumerate(offers, 1))
    return Association((Proposal(1, protocol, b"", transforms),))


def esp(*proposals: Proposal) -> Association:
    return Association(proposals)


def esp_proposal(
    numbers: Mapping[int, int], kind: int = 3, number: int = 1, spi: bytes = b"SPI1"
) -> Proposal:
    return Proposal(number, 3, spi, (transform(numbers, 1, kind),))


def test_our_order_counts_and_not_the_clients() -> None:
    choice = choose_ike(ike(WEAK, OLD, BEST), SUITES)
    assert choice is not None
    assert choice.suite.name == "aes256-sha1-modp2048"


def test_the_transform_goes_back_with_number_and_attributes_as_it_came() -> None:
    choice = choose_ike(ike(WEAK, OLD), SUITES)
    assert choice is not None
    assert choice.answer == Association((Proposal(1, 1, b"", (transform(OLD, 2),)),))


def test_a_cookie_as_spi_is_not_sent_back() -> None:
    offer = Association((Proposal(3, 1, b"cookie_i", (transform(OLD),)),))
    choice = choose_ike(offer, SUITES)
    assert choice is not None
    assert choice.answer.proposals[0].spi == b""


@pytest.mark.parametrize(
    "offer",
    [
        ike(WEAK),
        ike({**OLD, 3: 3}),  # signatures
        ike({**OLD, 3: 65001}),  # Kerberos
        ike({**BEST, 14: 128}),
        ike({key: value for key, value in BEST.items() if key != 14}),
        ike({**OLD, 13: 1}),  # a PRF of its own
        ike({**OLD, 6: 17}),  # a prime of its own
        ike(OLD, kind=2),
        ike(OLD, protocol=3),
        ike({}),
    ],
)
def test_what_we_do_not_want_or_understand_is_not_chosen(offer: Association) -> None:
    assert choose_ike(offer, SUITES) is None


@pytest.mark.parametrize("extra", [{16384: 1}, {77: 1}, {5: 1}])
def test_an_unknown_attribute_is_carried_along(extra: dict[int, int]) -> None:
    choice = choose_ike(ike({**OLD, **extra}), SUITES)
    assert choice is not None
    assert choice.answer.proposals[0].transforms == (transform({**OLD, **extra}),)


def test_a_key_length_said_of_3des_means_nothing() -> None:
    assert choose_ike(ike({**OLD, 14: 192}), SUITES) is not None


def test_a_transform_that_says_a_thing_twice_is_passed_over() -> None:
    twice = Transform(1, 1, (*transform(OLD).attributes, short_attribute(1, 1)))
    assert choose_ike(Association((Proposal(1, 1, b"", (twice,)),)), SUITES) is None


def life_of(*attributes: Attribute) -> Life:
    offered = Transform(1, 1, (*transform(OLD).attributes, *attributes))
    choice = choose_ike(Association((Proposal(1, 1, b"", (offered,)),)), SUITES)
    assert choice is not None
    return choice.life


def test_lifetimes_are_read_in_both_forms_and_of_any_length() -> None:
    assert life_of(short_attribute(11, 1), short_attribute(12, 3600)) == Life(3600)
    long = Attribute(12, (250000).to_bytes(4, "big"), short=False)
    assert life_of(short_attribute(11, 2), long) == Life(DEFAULT_LIFE, 250000)
    both = (short_attribute(11, 1), short_attribute(12, 60), short_attribute(11, 2), long)
    assert life_of(*both) == Life(60, 250000)


def test_a_lifetime_of_nothing_or_of_no_unit_is_not_said() -> None:
    assert life_of() == Life(DEFAULT_LIFE)
    assert life_of(short_attribute(12, 60)) == Life(DEFAULT_LIFE)
    assert life_of(short_attribute(11, 1), short_attribute(12, 0)) == Life(DEFAULT_LIFE)


def test_a_lifetime_of_a_hundred_bytes_stays_a_number_we_can_add() -> None:
    forever = Attribute(12, b"\xff" * 100, short=False)
    assert life_of(short_attribute(11, 1), forever) == Life(LONGEST_LIFE)


# CLIENTS, 2: what Windows 2000, XP SP1 and XP SP2 offer, with and without NAT traversal.
def test_esp_is_chosen_by_our_order_with_the_peers_spi() -> None:
    aes = esp_proposal({**ESP_OLD, 6: 128}, kind=12, number=2, spi=b"SPI2")
    choice = choose_esp(esp(esp_proposal(ESP_OLD), aes), ESP, TRANSPORT, pfs=False)
    assert choice == EspChoice(ESP_SUITES["aes128-sha1"], Life(), 2, None, b"SPI2", aes)
    assert answer_esp(choice, b"ours") == esp(
        Proposal(2, 3, b"ours", aes.transforms),
    )


@pytest.mark.parametrize(
    "offer",
    [
        esp(esp_proposal({**ESP_OLD, 4: 1})),  # tunnel
        esp(esp_proposal({**ESP_OLD, 4: 61444})),
        esp(esp_proposal({5: 2})),  # mode not said
        esp(esp_proposal({**ESP_OLD, 5: 1})),
        esp(esp_proposal({4: 2})),  # no authentication
        esp(esp_proposal({**ESP_OLD, 7: 12})),
        esp(esp_proposal({**ESP_OLD, 11: 1})),  # extended sequence numbers
        esp(esp_proposal(ESP_OLD, kind=11)),
        esp(esp_proposal(ESP_OLD, spi=b"SPI")),
        esp(esp_proposal(ESP_OLD, spi=bytes(4))),
        esp(esp_proposal(ESP_OLD, spi=b"\0\0\0\xff")),
        esp(Proposal(1, 2, b"SPI1", (transform(ESP_OLD, 1, 3),))),
        esp(esp_proposal(ESP_OLD), Proposal(1, 2, b"SPI2", (transform(ESP_OLD, 1, 3),))),
        esp(esp_proposal({**ESP_OLD, 3: 2})),  # a group without a key exchange
    ],
)
def test_esp_we_cannot_do_is_not_chosen(offer: Association) -> None:
    assert choose_esp(offer, ESP, TRANSPORT, pfs=False) is None


def test_with_a_key_exchange_the_transform_must_name_a_group_we_know() -> None:
    known, unknown = {**ESP_OLD, 3: 2}, {**ESP_OLD, 3: 99}
    for numbers in (ESP_OLD, unknown):
        assert choose_esp(esp(esp_proposal(numbers)), ESP, TRANSPORT, pfs=True) is None
    choice = choose_esp(esp(esp_proposal(known)), ESP, TRANSPORT, pfs=True)
    assert choice is not None
    assert choice.group is not None
    assert choice.group.name == "modp1024"


def test_an_offer_is_told_in_names_and_numbers() -> None:
    offer = ike(WEAK, OLD, {**OLD, 3: 3}, BEST, {1: 65, 2: 4, 3: 1, 4: 19}, OLD)
    assert offered_ike(offer) == (
        "des-md5-modp768",
        "3des-sha1-modp1024",
        "3des-sha1-modp1024 (by certificate)",
        "aes256-sha1-modp2048",
        "cipher65-hash4-group19",
    )
    assert offered_ike(ike(OLD, protocol=3)) == ("protocol 3",)


def test_an_offer_of_esp_is_told_with_its_encapsulation() -> None:
    offer = esp(
        esp_proposal(ESP_OLD),
        esp_proposal({4: 61444, 5: 1, 3: 2}, kind=2),
        Proposal(1, 2, b"SPI1", (transform(ESP_OLD, 1, 3),)),
        Proposal(1, 4, b"SPI1", (transform(ESP_OLD, 1, 3),)),
        Proposal(1, 9, b"SPI1", (transform(ESP_OLD, 1, 3),)),
    )
    assert offered_esp(offer) == (
        "3des-sha1 (encapsulation 2)",
        "des-md5 (encapsulation 61444, group 2)",
        "ah",
        "ipcomp",
        "protocol 9",
    )


# From the first message of shared/data/ikev1/windows-xpsp2-2003-mm1.json.
def test_windows_offers_certificates_with_a_long_lifetime_attribute() -> None:
    association = parse_association(
        bytes.fromhex(
            "00000001000000010000005001010002030000240101000080010005800200028004000280030003"
            "800b0001000c000400000e10000000240201000080010005800200018004000280030003800b0001"
            "000c000400000e10"
        )
    )
    assert offered_ike(association) == (
        "3des-sha1-modp1024 (by certificate)",
        "3des-md5-modp1024 (by certificate)",
    )
