"""Native servers with real programs: libreswan without NAT traversal, xl2tpd and pppd inside."""

from typing import Any

import pytest

MOST = (4, 4, 2)  # pings of whole_road: up, down, large; a busy machine may lose one of each


@pytest.mark.interop("native_one_client")
def test_an_old_client_reaches_a_server_that_knows_no_nat_traversal(
    facts: dict[str, Any], carried: str
) -> None:
    session = facts["session"]
    assert all(got >= most for got, most in zip(facts["received"], MOST, strict=True))
    assert (session["inside_kind"], session["encryption"]) == ("L2TP/IPsec", "ipsec 3des-sha1")
    assert (session["state"], session["user"], session["drops"]) == ("up", "operator", {})
    assert session["carrier"] == carried
    assert session["client_ip"] == facts["address"] == "10.30.0.10"
    assert "type=ESP" in facts["server"]
    assert any(line.startswith("L2TP/IPsec: the server") for line in facts["account"])


def assert_three(facts: dict[str, Any], carrier: str) -> None:
    assert {session["carrier"] for session in facts["sessions"]} == {carrier}
    assert facts["in_turn"] == [1] * 15
    assert facts["at_once"] == [50, 50, 50]
    assert len(set(facts["addresses"])) == 3
    assert facts["others"] == [5, 5]
    assert len({session["peer"] for session in facts["sessions"]}) == 3
    assert [session["drops"] for session in facts["sessions"]] == [{}, {}, {}]


@pytest.mark.interop("native_three_one")
def test_three_behind_one_nat_share_one_tunnel_and_answer_the_server(
    facts: dict[str, Any], carried: str
) -> None:
    assert_three(facts, carried)
    assert facts["tunnels"] == 1
    assert facts["server"].count("type=ESP") == 1


@pytest.mark.interop("native_three_each")
def test_three_behind_one_nat_have_a_tunnel_each_from_the_pool(
    facts: dict[str, Any], carried: str
) -> None:
    assert_three(facts, carried)
    assert facts["tunnels"] == 3
    assert "10.10.0.101" in facts["server"]
    assert "10.10.0.102" in facts["server"]


@pytest.mark.interop("native_restarted")
def test_a_server_restarted_under_load_is_noticed_and_dialled_again(facts: dict[str, Any]) -> None:
    assert facts["client_told"]
    assert facts["received"] == 5
    assert "does not acknowledge L2TP" in " ".join(facts["account"])  # of both dials


@pytest.mark.interop("native_refuses")
def test_a_wrong_key_inside_and_an_absent_server_are_refusals_with_a_reason(
    facts: dict[str, Any],
) -> None:
    assert (facts["wrong_key"], facts["away"]) == ("l2tp and ppp", "l2tp and ppp")
    assert "does not accept the pre-shared key" in facts["told_key"][0]
    assert "does not answer IKE" in facts["told_away"][0]
    assert facts["up"] == "10.30.0.10"


@pytest.mark.interop("native_rekeys")
def test_the_server_renews_both_phases_and_no_ping_is_lost(
    facts: dict[str, Any], carried: str
) -> None:
    assert facts["carrier"] == carried
    assert facts["received"] == facts["sent"]
    assert facts["keyed"] >= 3
    assert facts["phase1"] >= 2
    assert facts["sessions"] == 1


@pytest.mark.interop("user_elsewhere")
def test_a_user_comes_up_at_his_own_server_in_one_dial(facts: dict[str, Any]) -> None:
    assert facts["received"] == [5, 5]
    assert facts["kinds"] == ["L2TP/IPsec", "PPTP"]
    assert facts["routes"] == ["old-w2k", "old-nt4"]
    assert facts["users"] == ["second", "operator"]
    assert any("belongs to another server" in line for line in facts["account"])


@pytest.mark.interop("next_server")
def test_past_a_server_that_is_not_there_the_next_one_takes_the_call(facts: dict[str, Any]) -> None:
    assert facts["received"] == 5
    assert facts["server"] == "10.10.0.2:1723"
    assert "10.10.0.9:1723 of old-nt4" in facts["status"]
    assert "The server 10.10.0.9:1723 is down" in facts["journal"]


@pytest.mark.by_hand
@pytest.mark.interop("native_daemon_lost")
def test_a_daemon_that_was_killed_leaves_nothing_of_a_native_server_in_the_kernel(
    facts: dict[str, Any],
) -> None:
    """The client's keys go on; the server's, and its calls, are gone before anybody dials again."""
    assert facts["told"]
    assert facts["answered"] == [5, 5]
    [ended] = facts["ended"]
    assert "a call by L2TP/IPsec is not kept" in ended
    by_kernel = facts["carrier"] == "kernel"
    calls, inside = facts["before"][2], f"src {facts['inside']} "
    assert bool(calls) is by_kernel
    assert any(inside in line for line in facts["before"][0]) is by_kernel
    assert not any(inside in line for line in facts["between"][0])
    assert facts["between"][2] == []


@pytest.mark.by_hand
@pytest.mark.interop("native_daemon_lost")
def test_a_daemon_that_was_stopped_leaves_what_is_others(facts: dict[str, Any]) -> None:
    states, policies, calls, rules, routes = facts["after"]
    assert states == ["src 10.99.0.1 dst 10.99.0.2"]
    assert policies == ["src 10.98.0.0/24 dst 10.99.0.0/24 "]
    assert calls == []
    assert rules == ["-A INPUT -s 10.98.0.5/32 -j DROP"]
    assert [line.split(" proto")[0] for line in routes] == ["10.98.0.0/24 via 10.10.0.2 dev eth1"]
