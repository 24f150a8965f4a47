"""Real programs with Postern as the router before the server: what is taken up, and what passes."""

from typing import Any

import pytest


@pytest.mark.interop("front_native")
def test_behind_a_nat_a_client_of_the_servers_own_address_is_taken_up(
    facts: dict[str, Any],
) -> None:
    session = facts["session"]
    assert facts["natted"] == [5, 5, 3]
    assert (session["natt"], session["inside_kind"]) == ("draft-03", "L2TP/IPsec")
    assert facts["encapsulation"] == "udp"
    assert facts["answers_from"] == ["10.10.0.2"]


@pytest.mark.interop("front_native")
def test_what_the_server_can_do_itself_passes_untouched(facts: dict[str, Any]) -> None:
    assert facts["own"] == [5, 5, 3]
    assert facts["sessions"] == 1
    before, after = facts["passed"]
    assert before == 0
    assert after > 20
    assert facts["server_sees"] == ["10.10.0.1", "203.0.113.100"]


@pytest.mark.interop("front_newer")
def test_a_client_whose_suite_the_server_cannot_take_is_taken_up(facts: dict[str, Any]) -> None:
    assert facts["received"] == [5, 5]
    assert facts["session"]["ike_suite"] == "aes256-sha1-modp2048"
    assert facts["session"]["natt"] == "none"
    assert (facts["encapsulation"], facts["passed"]) == ("esp", 0)


@pytest.mark.interop("front_pptp")
def test_before_a_pptp_server_its_own_clients_pass_and_the_others_are_taken_up(
    facts: dict[str, Any],
) -> None:
    assert facts["received"] == [5, 5]
    assert (facts["session"]["inside_kind"], facts["session"]["natt"]) == ("PPTP", "rfc3947")
    assert facts["pptp_received"] == 5
    assert facts["pptp"] != facts["address"]
    assert facts["sessions"] == 1


@pytest.mark.interop("front_pptp")
def test_who_dials_the_servers_own_address_is_not_the_kernels(facts: dict[str, Any]) -> None:
    session = facts["session"]
    assert session["carrier"] == "user"
    assert session["carrier_why"].startswith("the client dials the server's own address")


@pytest.mark.interop("front_open")
def test_fail_open_leaves_the_server_to_those_it_can_serve(facts: dict[str, Any]) -> None:
    assert facts["before"] == 5
    assert facts["meanwhile"] == 5
    assert (facts["dialled"], facts["served"]) == ("up", 5)
    assert facts["afterwards"] == [5, 5]
    assert (facts["sessions"], facts["rules_ok"]) == (1, True)


@pytest.mark.interop("front_closed")
def test_fail_closed_lets_nothing_past_while_the_daemon_is_down(facts: dict[str, Any]) -> None:
    assert facts["before"] == 5
    assert facts["meanwhile"] == 0
    assert facts["dialled"] == "ike"
    assert facts["afterwards"] == [5, 5]
    assert (facts["sessions"], facts["rules_ok"]) == (1, True)
