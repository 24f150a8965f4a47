"""Real pptpd and pppd that demand MPPE, with the gateway encrypting in the client's name."""

from typing import Any

import pytest

DATA = {"0021", "0057"}  # IP and IPv6, as a clear frame would carry them


def assert_encrypted(facts: dict[str, Any], kind: str, server_says: str) -> None:
    """It came up, it carried, and nothing but control went over the inside cable in the clear."""
    assert facts["received"] == [5, 3, 5]
    assert facts["session"]["encryption"] == f"mppe {kind}"
    assert f"mppe {kind}" in facts["table"]
    assert facts["server_says"][0] == server_says
    assert facts["client_heard"] == []
    assert facts["protocols"]["00fd"] > 6000
    assert not DATA & set(facts["protocols"])
    assert facts["session"]["last_error"] == ""
    assert "mppe_decrypts_to_nothing" not in facts["session"]["drops"]
    assert any(line.startswith("The leg to the server is encrypted") for line in facts["account"])


@pytest.mark.interop("mppe_128")
def test_a_stateless_key_of_128_bit_over_a_cable_that_loses_and_reorders(
    facts: dict[str, Any],
) -> None:
    """Six thousand frames and a key for each; what is lost costs itself."""
    assert_encrypted(facts, "128", "MPPE 128-bit stateless compression enabled")
    assert min(facts["answered"]) > 1000
    assert min(facts["tcp_mbit"]) > 1


@pytest.mark.interop("mppe_40")
def test_a_stateless_key_of_40_bit_over_a_cable_that_loses_and_reorders(
    facts: dict[str, Any],
) -> None:
    assert_encrypted(facts, "40", "MPPE 40-bit stateless compression enabled")
    assert min(facts["answered"]) > 1000


@pytest.mark.interop("mppe_128_stateful")
def test_a_stateful_key_is_found_again_after_every_loss_on_both_sides(
    facts: dict[str, Any],
) -> None:
    """Several keys of 256 frames, and resets asked for by both ends."""
    assert_encrypted(facts, "128-stateful", "MPPE 128-bit stateful compression enabled")
    drops = facts["session"]["drops"]
    assert drops["mppe_lost_one"] > 0
    assert drops["mppe_server_lost_step"] > 0
    assert min(facts["answered"]) > 500
    assert min(facts["tcp_mbit"]) > 1


@pytest.mark.interop("mppe_mschap")
def test_keys_of_ms_chap_version_1(facts: dict[str, Any]) -> None:
    assert_encrypted(facts, "128", "MPPE 128-bit stateless compression enabled")
    assert facts["answered"] == facts["sent"]


@pytest.mark.interop("mppe_owner")
def test_what_is_missing_is_said_until_it_is_there(facts: dict[str, Any]) -> None:
    demanded = "encryption: the server demands encryption (the leg to it is clear)"
    assert demanded in facts["clear"]
    assert demanded in facts["refusing"]
    assert "no password is stored for that user (user operator)" in facts["unknown"]
    assert "is not the one the server knows (user operator)" in facts["wrong"]
    assert "postern users add NAME" in facts["unknown"]
    assert facts["said"].startswith("the password of operator is stored")
    assert (facts["received"], facts["encryption"]) == (5, "mppe 128")
    assert "type-metal" not in facts["journal"] + facts["table"]
