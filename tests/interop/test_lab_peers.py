"""The lab without our gateway: a second opinion when a test of the gateway fails."""

from typing import Any

import pytest


@pytest.mark.interop("lab_libreswan")
def test_libreswan_with_drafts_reaches_strongswan_through_the_nat(facts: dict[str, Any]) -> None:
    assert facts["encapsulation"] == "udp"
    assert facts["received"] == 5
    assert facts["esp_packets"] > 10


@pytest.mark.interop("lab_strongswan")
def test_strongswan_reaches_strongswan_through_the_nat_and_without_one(
    facts: dict[str, Any],
) -> None:
    assert facts["behind_nat"]["encapsulation"] == "udp"
    assert facts["direct"]["encapsulation"] == "esp"
    assert [end["received"] for end in facts.values()] == [5, 5]


@pytest.mark.interop("lab_pptpd")
def test_pptpd_answers_a_call_of_pptp_linux(facts: dict[str, Any]) -> None:
    assert facts["remote"] == "10.30.0.1"
    assert facts["received"] == 5
