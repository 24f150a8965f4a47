"""`postern trace` of a real client, read by tshark in both ways, and told line by line."""

from typing import Any

import pytest

LAYERS = {"ISAKMP", "L2TP", "PPP LCP", "PPP CHAP", "PPP IPCP", "ICMP"}


def protocols(lines: list[str]) -> set[str]:
    return {line.split("\t")[0] for line in lines}


def with_words(lines: list[str], words: str) -> list[str]:
    return [line for line in lines if words in line]


@pytest.mark.interop("traced")
def test_on_the_decrypted_interface_tshark_sees_every_layer(facts: dict[str, Any]) -> None:
    assert protocols(facts["opened"]) >= LAYERS
    assert "ESP" not in protocols(facts["opened"])
    assert with_words(facts["opened"], "SCCRQ")
    assert len(with_words(facts["opened"], "Echo (ping)")) >= 2


@pytest.mark.interop("traced")
def test_with_the_tables_tshark_sees_every_layer_in_what_came(facts: dict[str, Any]) -> None:
    assert protocols(facts["with_tables"]) >= LAYERS
    assert "ESP" not in protocols(facts["with_tables"])
    assert len(with_words(facts["with_tables"], "Main Mode")) == 6


@pytest.mark.interop("traced")
def test_what_proves_a_password_is_zeros_unless_it_is_asked_for(facts: dict[str, Any]) -> None:
    [cut] = with_words(facts["opened"], "Response (NAME='operator'")
    [whole] = with_words(facts["with_tables"], "Response (NAME='operator'")
    assert f"VALUE=0x{48 * '0'}" in cut
    assert f"VALUE=0x{48 * '0'}" not in whole
    assert not with_words(facts["opened"], "Access granted")
    assert with_words(facts["with_tables"], "Access granted")


@pytest.mark.interop("traced")
def test_the_command_says_what_became_of_it_and_the_files_are_its_owners(
    facts: dict[str, Any],
) -> None:
    assert "(the time is over): /run/log/cut.pcapng" in facts["said"]
    assert "keys:" not in facts["said"]
    assert facts["said_whole"].count("keys: /run/log/whole.pcapng.") == 2
    assert facts["modes"] == ["600"] * 3


@pytest.mark.interop("traced")
def test_the_journal_has_who_looked_on_and_at_what(facts: dict[str, Any]) -> None:
    assert "Audit: packets were recorded by root, those of press.\n" in facts["journal"]
    assert "those of press, with passwords and keys in it.\n" in facts["journal"]


@pytest.mark.interop("traced")
def test_a_trace_is_told_message_by_message(facts: dict[str, Any]) -> None:
    told = facts["told"].splitlines()
    for layer, words in (
        ("IKE", "main mode: suites: 3des-sha1-modp1024"),
        ("IKE", "names itself 192.168.1.10, and proves its key"),
        ("L2TP", "SCCRQ: asks for a tunnel, calls itself nat0-client0"),
        ("PPP", "CHAP Response: operator"),
        ("PPP", "IPCP Configure-Ack: IP-Address 10.30.0.10"),
        ("data", "10.30.0.10 > 10.30.0.1 echo-request"),
        ("IKE", "deletes the IKE association"),
    ):
        assert [line for line in told if f"  {layer}" in line and words in line], words


@pytest.mark.interop("traced")
def test_the_client_notices_nothing(facts: dict[str, Any]) -> None:
    assert facts["received"] == 5
