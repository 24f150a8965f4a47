"""A key per machine and weak suites in quarantine, with real clients."""

from typing import Any

import pytest

MOST = 4  # of five pings: a busy machine may lose one


@pytest.mark.interop("quarantine")
def test_a_machine_in_quarantine_comes_up_with_des_md5_and_768_bits(facts: dict[str, Any]) -> None:
    session = facts["session"]
    assert (session["ike_suite"], session["esp_suite"]) == ("des-md5-modp768", "des-md5")
    assert session["state"] == "up"
    assert facts["received"] >= MOST
    [warning] = facts["warnings"]
    assert f"for 10 days more, until {facts['last']}" in warning


@pytest.mark.interop("quarantine")
def test_each_use_of_a_weak_suite_is_in_the_journal(facts: dict[str, Any]) -> None:
    for suite in ("des-md5-modp768 for IKE", "des-md5 for ESP"):
        assert f"Audit: a weak suite is used by 'press': {suite}" in facts["journal"]


@pytest.mark.interop("quarantine")
def test_on_the_day_after_its_last_one_it_is_out_and_its_dial_refused(
    facts: dict[str, Any],
) -> None:
    assert facts["on_the_last_day"] == 1
    assert facts["out"]
    assert facts["late"] == "ike"
    assert "time of the weak suite is over" in facts["told"][0]
    assert f"press might use des-md5-modp768 until {facts['last']}" in facts["told"][0]
    assert facts["goes_by"] == facts["the_day_after"]
    assert "may not use" in facts["after"][0]


@pytest.mark.interop("key_rotated")
def test_a_rotation_leaves_the_machine_connected(facts: dict[str, Any]) -> None:
    assert facts["until"] == facts["wanted"]
    assert facts["still"] >= MOST
    assert facts["same"]


@pytest.mark.interop("key_rotated")
def test_in_the_grace_both_keys_open_and_the_old_one_is_warned_of(facts: dict[str, Any]) -> None:
    assert facts["by_old"] >= MOST
    assert "It was the old key of 'press'" in facts["journal"]
    assert "It was the new key of 'press'" in facts["journal"]
    assert "type the new one in at the machine" in facts["warnings"][0]


@pytest.mark.interop("key_rotated")
def test_after_the_grace_the_old_key_is_refused_and_the_new_one_goes_on(
    facts: dict[str, Any],
) -> None:
    assert facts["out"] == [True, True]
    assert facts["late"] == "ike"
    assert "wrong key" in facts["told"][0]
    assert facts["goes_on"] >= MOST
    assert facts["left"] == 1
    assert not [key for key in facts["keys"] if key in facts["journal"]]


@pytest.mark.interop("machine_revoked")
def test_two_machines_behind_one_nat_have_a_key_each(facts: dict[str, Any]) -> None:
    assert facts["names"] == ["press", "lathe"]
    assert min(facts["received"]) >= 18


@pytest.mark.interop("machine_revoked")
def test_the_revoked_machine_is_out_at_once_and_its_neighbour_goes_on(
    facts: dict[str, Any],
) -> None:
    assert facts["out"]
    assert facts["esp"] == "none"
    assert facts["late"] == "ike"
    assert "client is revoked (lathe dialled)" in facts["told"][0]
    assert facts["neighbour"] >= 48
    assert facts["left"] == ["press"]
    assert "A client was put out at once, 'lathe': it is revoked." in facts["journal"]
