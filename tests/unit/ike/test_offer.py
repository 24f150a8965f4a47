"""The first message of main mode and the choice that is made of it (RFC 2409, 5)."""

from dataclasses import replace

import pytest

from gateway.ike.errors import BadPayload, BadSituation, Refusal
from gateway.ike.events import Reason
from gateway.ike.header import parse_header
from gateway.ike.numbers import Kind
from gateway.ike.offer import choose_suite, parse_offer
from gateway.ike.payloads import Payload
from gateway.ike.policy import Credential
from gateway.ike.proposals import parse_association
from tests.unit.ike.asker import IKE_OLD, SUITE, Asker, credential, ike_offer, policy

AES_OFFER = {**IKE_OLD, 1: 7, 14: 128}
BOTH = ike_offer(IKE_OLD, AES_OFFER)
LAPSED = {"3des-sha1-modp1024": "2026-10-03"}


def test_an_offer_keeps_the_bytes_that_are_hashed_later() -> None:
    asker = Asker(vendors=(b"one", b"two"))
    offer = parse_offer(*parse_header(asker.first()))
    assert offer.sai_b == asker.sai_b
    assert offer.association == parse_association(asker.sai_b)
    assert offer.vendors == (b"one", b"two")


@pytest.mark.parametrize(
    ("payloads", "error"),
    [
        ([Payload(Kind.VENDOR, b"")], BadPayload),
        ([Payload(Kind.SA, BOTH), Payload(Kind.SA, BOTH)], BadPayload),  # CVE-2022-23094
        ([Payload(Kind.SA, bytes(8))], BadSituation),
    ],
)
def test_a_first_message_has_exactly_one_offer_for_ipsec(
    payloads: list[Payload], error: type[Exception]
) -> None:
    with pytest.raises(error):
        parse_offer(*parse_header(Asker().clear(payloads)))


def test_the_suite_is_the_best_that_some_candidate_may_use() -> None:
    offer = parse_offer(*parse_header(Asker(sai_b=BOTH).first()))
    modest, modern = credential(), credential("new", b"x", ["aes128-sha1-modp1024"])
    assert choose_suite(offer, policy(), [modest]).suite.name == SUITE
    assert choose_suite(offer, policy(), [modest, modern]).suite.name == "aes128-sha1-modp1024"


@pytest.mark.parametrize(
    ("sai_b", "credentials", "reason"),
    [
        (BOTH, [], Reason.NO_CLIENT),
        (ike_offer({**IKE_OLD, 1: 1}), [credential()], Reason.NO_COMMON_SUITE),
        (ike_offer(AES_OFFER), [credential()], Reason.SUITE_NOT_ALLOWED),
    ],
)
def test_a_refusal_says_what_was_offered(
    sai_b: bytes, credentials: list[Credential], reason: Reason
) -> None:
    offer = parse_offer(*parse_header(Asker(sai_b=sai_b).first()))
    with pytest.raises(Refusal, match="offered .*-sha1-modp1024") as refused:
        choose_suite(offer, policy(), credentials)
    assert refused.value.reason is reason


def test_an_offer_of_what_has_lapsed_is_refused_with_whose_it_was_and_until_when() -> None:
    offer = parse_offer(*parse_header(Asker().first()))
    over = replace(credential("lathe", ike=[]), lapsed=LAPSED)
    with pytest.raises(Refusal, match="lathe might use 3des-sha1-modp1024 until 2026") as refused:
        choose_suite(offer, policy(), [credential(ike=["aes128-sha1-modp1024"]), over])
    assert refused.value.reason is Reason.SUITE_LAPSED


def test_the_suites_of_a_revoked_client_count_for_nothing() -> None:
    offer = parse_offer(*parse_header(Asker().first()))
    revoked = replace(credential(), revoked=True)
    with pytest.raises(Refusal) as alone:
        choose_suite(offer, policy(), [revoked])
    assert alone.value.reason is Reason.REVOKED
    with pytest.raises(Refusal) as beside:
        choose_suite(offer, policy(), [revoked, credential(ike=["aes128-sha1-modp1024"])])
    assert beside.value.reason is Reason.SUITE_NOT_ALLOWED
