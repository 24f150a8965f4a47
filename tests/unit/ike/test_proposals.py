"""The security association payload, in bytes and by name (RFC 2408, 3.4 to 3.6)."""

import pytest

from gateway.ike.attributes import short_attribute
from gateway.ike.errors import BadProposal, BadSituation
from gateway.ike.proposals import (
    ESP_SUITES,
    IKE_SUITES,
    MOST_TRANSFORMS,
    Association,
    Proposal,
    Transform,
    build_association,
    parse_association,
)
from gateway.wire.cursor import Truncated

# SAi_b of tests/vectors/ike/rubsme.toml: AES-128, SHA-1, PSK, MODP1024, 28800 s.
RECORDED = bytes.fromhex(
    "00000001000000010000002c01010001000000240101000080010007800e0080800200028004000280030001"
    "800b0001800c7080"
)
NUMBERS = {1: 7, 14: 128, 2: 2, 4: 2, 3: 1, 11: 1, 12: 28800}


def test_a_recorded_offer_is_read_and_written_back() -> None:
    association = parse_association(RECORDED)
    attributes = tuple(short_attribute(*pair) for pair in NUMBERS.items())
    assert association == Association((Proposal(1, 1, b"", (Transform(1, 1, attributes),)),))
    assert build_association(association) == RECORDED


def test_several_proposals_and_transforms_keep_numbers_spis_and_order() -> None:
    association = Association(
        (
            Proposal(1, 3, b"spi1", (Transform(1, 3, reserved=9), Transform(7, 12))),
            Proposal(1, 2, b"spi2", (Transform(1, 2),)),
            Proposal(5, 3, b"spi3", (Transform(2, 2, (short_attribute(4, 2),)),)),
        )
    )
    assert parse_association(build_association(association)) == association


@pytest.mark.parametrize("text", ["00000000 00000001", "00000002 00000001", "00000001 00000003"])
def test_another_doi_or_situation_is_refused(text: str) -> None:
    with pytest.raises(BadSituation):
        parse_association(bytes.fromhex(text) + RECORDED[8:])


@pytest.mark.parametrize(
    ("place", "byte"),
    [
        (8, 0x05),  # another payload behind the proposal
        (11, 0x07),  # a proposal shorter than its header
        (11, 0x2B),  # a proposal that cuts its transform
        (15, 0x02),  # two transforms counted
        (16, 0x02),  # a proposal inside a proposal
        (19, 0x07),  # a transform shorter than its header
        (19, 0x20),  # bytes behind the last transform
    ],
)
def test_lengths_counts_and_types_that_contradict_are_refused(place: int, byte: int) -> None:
    broken = bytearray(RECORDED)
    broken[place] = byte
    with pytest.raises((BadProposal, Truncated)):
        parse_association(bytes(broken))


def test_bytes_behind_the_last_proposal_are_refused() -> None:
    with pytest.raises(BadProposal, match="behind"):
        parse_association(RECORDED + b"\0")


def test_no_proposal_at_all_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_association(RECORDED[:8])


def test_an_offer_without_bounds_is_refused() -> None:
    proposal = Proposal(1, 1, b"", tuple(Transform(1, 1) for _ in range(100)))
    assert MOST_TRANSFORMS < 2 * 100
    with pytest.raises(BadProposal, match="more than"):
        parse_association(build_association(Association((proposal, proposal))))


def test_a_suite_of_each_kind_has_its_name_and_lengths() -> None:
    suite = IKE_SUITES["aes192-md5-modp1536"]
    assert (suite.cipher.name, suite.key_length) == ("aes", 24)
    assert (suite.hash.name, suite.group.number) == ("md5", 5)
    assert len(IKE_SUITES) == 5 * 2 * 4


@pytest.mark.parametrize(
    ("name", "length"), [("des-md5", 24), ("3des-sha1", 44), ("3des-md5", 40), ("aes256-sha1", 52)]
)
def test_keymat_is_as_long_as_both_keys(name: str, length: int) -> None:
    assert ESP_SUITES[name].keymat_length == length
