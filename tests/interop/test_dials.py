"""Real clients dial Postern, and PPP comes up between them and a real pptpd."""

from typing import Any

import pytest

MOST = (4, 4, 2)  # pings of whole_road: up, down, large; a busy machine may lose one of each


def assert_whole_road(facts: dict[str, Any], natt: str, ike: str, esp: str) -> None:
    session = facts["session"]
    assert all(got >= most for got, most in zip(facts["received"], MOST, strict=True))
    assert (session["natt"], session["ike_suite"], session["esp_suite"]) == (natt, ike, esp)
    assert session["state"] == "up"
    assert session["client_ip"] == facts["address"]
    assert session["server_ip"] == "10.30.0.1"
    assert session["user"] == "operator"
    assert session["frames_in"] > 10
    assert session["frames_out"] > 10
    assert session["drops"] == {}
    assert facts["esp_packets"] > 10
    assert len(facts["account"]) > 8


@pytest.mark.interop("libreswan_drafts_3des")
def test_libreswan_comes_up_by_a_draft_with_3des(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "draft-03", "3des-sha1-modp2048", "3des-sha1")
    assert facts["encapsulation"] == "udp"


@pytest.mark.interop("libreswan_drafts_aes")
def test_libreswan_comes_up_by_a_draft_with_aes(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "draft-03", "aes128-sha1-modp1536", "aes256-sha1")
    assert facts["encapsulation"] == "udp"


@pytest.mark.interop("strongswan_rfc_3des")
def test_strongswan_comes_up_by_rfc_3947_with_the_suite_of_windows(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "rfc3947", "3des-sha1-modp1024", "3des-sha1")
    assert facts["encapsulation"] == "udp"


@pytest.mark.interop("strongswan_rfc_aes")
def test_strongswan_comes_up_by_rfc_3947_with_aes(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "rfc3947", "aes256-sha1-modp2048", "aes128-sha1")
    assert facts["encapsulation"] == "udp"


@pytest.mark.interop("strongswan_direct")
def test_strongswan_without_a_nat_uses_plain_esp(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "none", "3des-sha1-modp1024", "3des-sha1")
    assert facts["encapsulation"] == "esp"


@pytest.mark.interop("libreswan_direct")
def test_libreswan_without_nat_traversal_uses_plain_esp(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "none", "3des-sha1-modp2048", "3des-sha1")
    assert facts["encapsulation"] == "esp"


@pytest.mark.interop("two_behind_one_nat")
def test_two_clients_behind_one_nat_answer_what_the_server_starts(facts: dict[str, Any]) -> None:
    assert facts["in_turn"] == [1] * 10
    assert facts["at_once"] == [50, 50]
    assert facts["told"] == sorted(facts["addresses"])
    assert len(set(facts["peers"])) == 2
    assert facts["other_still_answers"] == 5


@pytest.mark.interop("twenty_behind_one_nat")
def test_twenty_clients_behind_one_nat_dial_at_once_and_all_speak_both_ways(
    facts: dict[str, Any],
) -> None:
    print("twenty dials at once, milliseconds:", facts["dial_ms"])
    assert facts["states"] == ["up"] * 20
    assert len(facts["addresses"]) == len(set(facts["addresses"])) == 20
    assert sorted(facts["told"]) == sorted(facts["addresses"])
    assert {peer.split(":")[0] for peer in facts["peers"]} == {"203.0.113.10"}
    assert len(set(facts["peers"])) == 20
    assert facts["same"]
    up, down = facts["received"]
    assert min(up + down) >= 5  # of ten: the programs of twenty clients share one processor
    assert sum(up + down) >= 0.85 * 10 * len(up + down)
