"""Clients renew their keys under traffic, and no frame is lost."""

from typing import Any

import pytest


def assert_nothing_lost(facts: dict[str, Any]) -> None:
    assert facts["received"] == facts["sent"]
    assert facts["same_session"]
    assert facts["spis"][0] != facts["spis"][1]
    assert facts["still_answers"] == 5


@pytest.mark.interop("rekey_libreswan")
def test_libreswan_renews_both_phases_under_traffic(facts: dict[str, Any]) -> None:
    assert_nothing_lost(facts)


@pytest.mark.interop("rekey_strongswan")
def test_strongswan_renews_both_phases_under_traffic(facts: dict[str, Any]) -> None:
    assert_nothing_lost(facts)


@pytest.mark.interop("hour_of_rekeys")
@pytest.mark.parametrize("client", ["libreswan", "strongSwan"])
def test_an_hour_of_renewals_in_half_a_minute_loses_no_ping(
    facts: dict[str, Any], client: str
) -> None:
    seen = facts[client]
    assert seen["sent"] == [600, 600]
    assert seen["lost"] == [0, 0]
    assert seen["pairs"] >= 5
    assert seen["main_modes"] >= 3
    assert facts["same_sessions"]
