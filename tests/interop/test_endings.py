"""What goes wrong with real programs, and what Postern makes of it."""

from typing import Any

import pytest

from gateway.pptp.quirks import WINDOWS
from tests.interop.scenarios.taken_up import PINGS

WINDOW_OF_PPTPD = WINDOWS["linux"]
# Pings that are lost, or not counted, when a daemon ends and another begins, by who carries.
MAY_LOSE = {"user": PINGS - 1, "kernel": 0}

# Of a client that nobody has answered until then: all that it has, or the first.
QUESTIONS = {"user": 1, "kernel": 5}
# Of such a client's end: what the kernel has taken in is heard in order, what was lost is not.
WORDS = {"user": "the peer does not acknowledge", "kernel": "the client hung up (Timeout)"}


@pytest.mark.interop("client_vanishes")
def test_a_client_that_vanishes_is_noticed_and_its_call_ended(facts: dict[str, Any]) -> None:
    assert facts["account"][-1].startswith("The session has ended")
    assert facts["received_by_the_next"] == 5
    assert facts["sessions"] == 1


@pytest.mark.interop("server_refuses")
def test_a_server_that_refuses_is_told_to_client_and_owner(facts: dict[str, Any]) -> None:
    assert facts["down"] == "l2tp and ppp"
    assert "10.10.0.2" in facts["told_down"][0]
    assert facts["up"] == "10.30.0.10"
    assert facts["busy"] == "l2tp and ppp"
    assert len(facts["told_busy"]) > len(facts["told_down"])
    assert facts["first_still_answers"] == 5


@pytest.mark.interop("wrong_offers")
def test_wrong_keys_and_suites_end_in_ike_and_are_explained(facts: dict[str, Any]) -> None:
    assert [facts[name] for name in ("key", "weak", "weak_esp")] == ["ike"] * 3
    assert "same key at both ends" in facts["told_key"][0]
    assert "des-md5-modp768" in facts["told_weak"][0]
    assert "des-md5" in facts["told_weak_esp"][0]
    assert facts["sessions"] == 0


@pytest.mark.interop("gateway_restarted")
def test_clients_dial_again_after_a_stop_and_after_a_crash(facts: dict[str, Any]) -> None:
    assert facts["after_stop"] == 5
    assert facts["after_kill"] == 5
    assert facts["sessions"] == 1


@pytest.mark.interop("gateway_restarted")
def test_an_orderly_stop_is_told_to_both_ends(facts: dict[str, Any]) -> None:
    assert facts["client_told"]
    assert facts["server_told"]


@pytest.mark.interop("gateway_restarted")
def test_without_a_daemon_packets_are_dropped_in_silence(facts: dict[str, Any]) -> None:
    assert facts["while_stopped"] == ["silence"] * 3
    assert facts["while_killed"] == ["silence"] * 3
    assert facts["rules_ok"]


@pytest.mark.interop("taken_up")
@pytest.mark.parametrize("end", ["crash", "restart"])
def test_a_real_client_outlives_the_daemon(facts: dict[str, Any], end: str) -> None:
    seen = facts[end]
    assert seen["same_session"]
    assert (seen["after"], seen["after_down"]) == (10, 10)
    assert seen["carrier"] == facts["carrier"]
    lost = seen["up"]["lost"], seen["down"]["lost"], seen["uncounted"]
    assert max(lost) <= MAY_LOSE[facts["carrier"]]


@pytest.mark.interop("taken_up")
def test_no_number_is_sent_twice_whatever_ends_the_daemon(facts: dict[str, Any]) -> None:
    for protocol in ("esp", "gre"):
        assert facts[protocol]["sent"] > 500
        assert (facts[protocol]["twice"], facts[protocol]["backwards"]) == (0, 0)
    # The daemon's numbers jump; the kernel goes on without it.
    assert (facts["esp"]["largest_step"] > 1000) is (facts["carrier"] == "user")
    # And none: at most the numbers of those that went when the window opened, and died unsent.
    assert facts["gre"]["largest_step"] <= WINDOW_OF_PPTPD + 1
    assert facts["same_link"]
    assert facts["state"] == "up"


@pytest.mark.by_hand
@pytest.mark.interop("daemon_away")
def test_whoever_asks_while_there_is_no_daemon_is_answered_by_the_next(
    facts: dict[str, Any],
) -> None:
    before, after = facts["ids"]
    assert (len(before), after) == (2, before)
    assert facts["carriers"][0] == facts["carriers"][1]
    assert facts["asked"] >= QUESTIONS[facts["carriers"][0][0]]
    assert facts["answered"] == [10, 10]


@pytest.mark.by_hand
@pytest.mark.interop("daemon_away")
def test_whoever_is_not_answered_for_long_hangs_up_which_the_next_daemon_finds_out(
    facts: dict[str, Any],
) -> None:
    assert len(facts["log"]) == 2
    assert all(WORDS[facts["carriers"][0][0]] in line for line in facts["log"])


@pytest.mark.interop("nat_forgets")
def test_after_the_nat_forgets_the_same_session_goes_on_from_a_new_port(
    facts: dict[str, Any],
) -> None:
    assert facts["before"] != facts["after"]
    assert facts["same_session"]
    assert facts["up_received"] == 10
    assert facts["down_received"] == 5


@pytest.mark.interop("pptp_restarted")
def test_a_pptp_server_killed_under_load_is_noticed_and_dialled_again(
    facts: dict[str, Any],
) -> None:
    assert facts["client_told"]
    assert facts["received"] == 5
    ended = "The session has ended: the server closed the connection"
    assert any(line.startswith(ended) for line in facts["account"])
