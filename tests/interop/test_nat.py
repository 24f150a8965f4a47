"""What NATs do, on either side, with real kernels and real NATs between."""

from typing import Any

import pytest


@pytest.mark.interop("first_drafts")
@pytest.mark.parametrize("way", ["draft-00", "draft-01"])
def test_a_kernel_of_the_first_drafts_comes_up_and_is_followed_on_port_500(
    facts: dict[str, Any], way: str
) -> None:
    seen = facts[way]
    assert seen["non_ike"]
    assert seen["received"] == seen["moved"] == [5, 5]
    assert seen["same_session"]
    assert seen["ports"][0] != seen["ports"][1]
    session = seen["session"]
    assert (session["natt"], session["state"], session["drops"]) == (way, "up", {})


@pytest.mark.interop("gateway_forwarded")
@pytest.mark.parametrize("told", ["honest", "parrot"])
def test_a_gateway_behind_a_router_serves_clients_with_and_without_a_nat(
    facts: dict[str, Any], told: str
) -> None:
    for seen in facts[told]:
        assert seen["received"] == [5, 5]
        assert seen["encapsulation"] == "udp"
        assert ("does not see" in seen["told"]) is (told == "parrot")


@pytest.mark.interop("gateway_forwarded")
def test_charon_sees_the_router_or_believes_in_one_of_its_own(facts: dict[str, Any]) -> None:
    here, there = "local host is behind NAT", "remote host is behind NAT"
    natted, direct = facts["sees"]
    assert natted == [here, there, here]
    assert direct == [there, here]


@pytest.mark.interop("nat_rebinds")
def test_a_nat_that_rebinds_under_traffic_loses_next_to_nothing(facts: dict[str, Any]) -> None:
    """Down, what is under way to the old port until the client's next packet has come."""
    print("lost, from the client and from the server:", facts["lost"], "of", facts["sent"])
    assert len(set(facts["peers"])) == 4
    assert facts["same_session"]
    up, down = facts["lost"]
    assert up <= 3
    assert down <= 9
    assert facts["still_answers"] == 5


@pytest.mark.interop("three_servers")
def test_three_behind_one_nat_are_up_at_three_servers_of_three_kinds(facts: dict[str, Any]) -> None:
    sessions = facts["sessions"]
    assert facts["up"] == facts["down"] == [50, 50, 50]
    assert [each["inside_kind"] for each in sessions] == ["PPTP", "L2TP/IPsec", "PPTP"]
    assert [each["encryption"] for each in sessions] == ["clear", "ipsec 3des-sha1", "mppe 128"]
    assert [each["user"] for each in sessions] == ["operator", "second", "third"]
    assert [each["server"].split(":")[0] for each in sessions] == [
        "10.10.0.2",
        "10.10.0.3",
        "10.10.0.4",
    ]
    assert len({each["peer"].split(":")[0] for each in sessions}) == 1
    assert len({each["peer"] for each in sessions}) == 3
    assert [each["drops"] for each in sessions] == [{}, {}, {}]
