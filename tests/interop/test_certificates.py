"""Real clients prove themselves by certificates that Postern's own command has issued."""

from typing import Any

import pytest

from tests.interop.test_dials import assert_whole_road


@pytest.mark.interop("certificates_strongswan")
def test_strongswan_comes_up_by_a_certificate_of_ours(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "rfc3947", "3des-sha1-modp1024", "3des-sha1")
    assert facts["session"]["client"] == "press-3"
    assert facts["session"]["identity"] == "CN=press-3"
    assert facts["check"].startswith("ok: 2 clients, 1 route")
    proved = "has the key to the certificate CN=press-3"
    assert any(proved in text for text in facts["account"])


@pytest.mark.interop("certificates_strongswan")
def test_what_is_long_goes_in_pieces_that_strongswan_puts_together(facts: dict[str, Any]) -> None:
    assert facts["pieces"]


@pytest.mark.interop("certificates_strongswan")
def test_a_certificate_of_another_authority_is_refused_with_its_name(facts: dict[str, Any]) -> None:
    assert facts["wrong"] == "ike"
    assert "certificate not accepted" in facts["told_wrong"][0]
    assert "CN=press-3 is not signed by the CN=Postern CA known here" in facts["told_wrong"][0]


@pytest.mark.interop("certificates_strongswan")
def test_a_certificate_of_no_client_is_refused_with_its_fingerprint(facts: dict[str, Any]) -> None:
    assert facts["unknown"] == "ike"
    assert "certificate of no client (CN=press-9, sha256:" in facts["told_unknown"][0]


@pytest.mark.interop("certificates_strongswan")
def test_a_revoked_certificate_is_refused_from_then_on(facts: dict[str, Any]) -> None:
    assert "press-3, number " in facts["revoked_as"]
    assert facts["revoked"] == "ike"
    assert "CN=press-3 is revoked" in facts["told_revoked"][0]


@pytest.mark.interop("certificates_libreswan")
def test_libreswan_comes_up_by_a_draft_and_a_certificate(facts: dict[str, Any]) -> None:
    assert_whole_road(facts, "draft-03", "3des-sha1-modp2048", "3des-sha1")
    assert facts["session"]["client"] == "press-3"
