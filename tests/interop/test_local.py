"""The route into the LAN with real programs: Debian's pppd at the gateway, and FreeRADIUS."""

import re
from typing import Any

import pytest

MOST = (4, 4, 2)  # pings of whole_road: up, down, large; a busy machine may lose one of each


@pytest.mark.interop("local_pppd")
def test_an_old_client_reaches_the_lan_where_ppp_ends_at_the_gateway(facts: dict[str, Any]) -> None:
    session = facts["session"]
    assert all(got >= most for got, most in zip(facts["received"], MOST, strict=True))
    assert (session["inside_kind"], session["encryption"]) == ("PPP", "ends here")
    assert (session["state"], session["user"], session["drops"]) == ("up", "operator", {})
    assert session["client_ip"] == facts["address"] == "10.10.0.150"
    assert session["server_ip"] == "10.10.0.1"
    assert any("has taken the call" in line for line in facts["account"])


@pytest.mark.interop("local_pppd")
def test_the_user_is_one_that_the_command_stored_beside_an_owners_own(
    facts: dict[str, Any],
) -> None:
    stored = facts["stored"]
    assert "the password of operator is stored for the route lan" in stored["told"]
    assert stored["file"].startswith(stored["own"] + '"operator" "lan" "')
    assert stored["file"].count("\n") == 3


@pytest.mark.interop("local_pppd")
def test_only_what_its_entry_lists_is_reached_and_the_rest_is_counted_and_told(
    facts: dict[str, Any],
) -> None:
    assert (facts["reached"], facts["strayed"]) == (5, 0)
    assert "confined_out_of_reach 2" in facts["view"]
    assert "may reach" in facts["view"]
    assert "confined_out_of_reach" in facts["status"]
    assert 'kept from a place inside, "10.10.0.3 icmp"' in facts["journal"]


@pytest.mark.interop("local_pppd")
def test_addresses_come_back_and_nothing_is_left_of_a_call(facts: dict[str, Any]) -> None:
    assert facts["second"] == "10.10.0.150"
    assert "has ended with status" in facts["pppds"]
    assert "postern0" not in facts["left"]


@pytest.mark.interop("local_pppd")
def test_what_is_missing_is_a_sentence(facts: dict[str, Any]) -> None:
    assert "`postern pppd` does not run" in facts["absent"]
    assert "ppp authentication failed" in facts["wrong"]
    assert "type-metal" not in facts["journal"] + facts["view"]


@pytest.mark.interop("local_kernel")
def test_the_kernel_carries_into_the_lan_while_the_daemon_stands_still(
    facts: dict[str, Any],
) -> None:
    assert facts["before"] == facts["stopped"] == [20] * 4
    assert re.search(r"carrier +the kernel", facts["view"])
    assert facts["journal"].count("no packet of it passes the daemon") >= 2


@pytest.mark.interop("local_kernel")
def test_what_the_clients_and_pppd_ask_each_other_gets_there(facts: dict[str, Any]) -> None:
    assert facts["echoed"] == [True, True]
    assert "rotocol-Reject" not in facts["pppds"]


@pytest.mark.interop("local_kernel")
def test_who_is_confined_is_the_daemons_again_and_who_is_freed_the_kernels(
    facts: dict[str, Any],
) -> None:
    assert facts["confined"] == [[0, 0], [5, 5]]
    assert facts["free"] == [[5, 5], [5, 5]]


@pytest.mark.interop("local_kernel")
def test_a_daemon_that_was_killed_has_its_clients_dial_again_and_they_are_carried_again(
    facts: dict[str, Any],
) -> None:
    assert facts["other"] == [5]
    assert "a call by PPP is not kept" in facts["journal"]
    assert facts["again"] == [5, 5]


@pytest.mark.interop("local_kernel")
def test_nothing_is_left_in_the_kernel_of_calls_that_it_carried(facts: dict[str, Any]) -> None:
    assert facts["left"].strip() == ""


@pytest.mark.interop("local_radius")
def test_freeradius_lets_users_in_by_each_kind_of_authentication_and_gives_addresses(
    facts: dict[str, Any],
) -> None:
    assert facts["dials"] == [["10.10.0.77", 5, "operator"]] * 3
    kinds = [line.rsplit("by ", 1)[1].rstrip(".") for line in facts["accepted"]]
    assert kinds == ["MS-CHAPv2", "CHAP-MD5", "PAP"]


@pytest.mark.interop("local_radius")
def test_freeradius_has_an_account_of_each_session(facts: dict[str, Any]) -> None:
    detail = facts["detail"]
    assert len(facts["began"]) == 3
    assert facts["ended"] == facts["began"]
    assert 'User-Name = "operator"' in detail
    assert "Framed-IP-Address = 10.10.0.77" in detail
    assert 'Calling-Station-Id = "203.0.113.10"' in detail


@pytest.mark.by_hand
@pytest.mark.interop("local_accounts")
def test_where_postern_keeps_accounts_a_session_is_told_once_and_the_server_may_end_it(
    facts: dict[str, Any],
) -> None:
    accounted = facts["accounted"]
    assert "Received Disconnect-ACK" in facts["kicked"]
    assert " of operator is ended: " in facts["accountant"]
    assert accounted.count("Acct-Status-Type = Start") == 1
    assert accounted.count("Acct-Status-Type = Stop") == 1
    assert 'NAS-Identifier = "postern-1"' in accounted
    assert 'NAS-Identifier = "lan"' not in accounted  # pppd's plugin has told nobody
    assert "Framed-IP-Address = 10.10.0.77" in accounted
    assert "Acct-Authentic = Local" in accounted


@pytest.mark.by_hand
@pytest.mark.interop("local_accounts")
def test_a_gateway_that_is_stopped_ends_its_sessions_with_the_server_too(
    facts: dict[str, Any],
) -> None:
    [stop] = [one for one in facts["stopped"].split("\n\n") if "Acct-Status-Type = Stop" in one]
    assert "Acct-Terminate-Cause = Admin-Reboot" in stop
    octets = re.search(r"Acct-Input-Octets = ([0-9]+)", stop)
    assert octets is not None
    assert int(octets[1]) > 5 * 84  # five pings and what brought PPP up
