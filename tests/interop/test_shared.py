"""One address of several gateways: real keepalived and IPVS, told what is shipped.

Only in `make fleet-test`; a pair without a client is in test_system_pair.py.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.by_hand


@pytest.mark.interop("pair_moves")
def test_the_other_box_of_a_pair_answers_when_daemon_or_cable_is_gone(
    facts: dict[str, Any],
) -> None:
    print(f"\npair, seconds: {facts['seconds']}")
    received = [facts[name] for name in ("before", "after_daemon", "after_cable")]
    assert received == [5, 5, 5]


@pytest.mark.interop("pair_moves")
def test_a_box_that_is_well_again_takes_nothing_back(facts: dict[str, Any]) -> None:
    assert facts["stayed"]
    assert facts["still"] == 5


@pytest.mark.interop("fleet_director")
def test_a_director_dies_and_no_session_does(facts: dict[str, Any]) -> None:
    print(f"\nfleet, seconds: {facts['seconds']}")
    assert facts["same_session"]
    assert (facts["before"], facts["after_director"]) == (5, 5)


@pytest.mark.interop("fleet_director")
def test_a_drained_gateway_keeps_whom_it_has_and_gets_nobody(facts: dict[str, Any]) -> None:
    assert facts["drained"] == {
        "first_still": 5,
        "first_at": True,
        "second_at_the_other": True,
        "second": 5,
    }


@pytest.mark.interop("fleet_director")
def test_who_was_at_a_gateway_that_died_dials_another_and_nobody_else_does(
    facts: dict[str, Any],
) -> None:
    assert facts["first_at_the_other"]
    assert facts["after_gateway"] == 5
    assert facts["second_still"] == 5
