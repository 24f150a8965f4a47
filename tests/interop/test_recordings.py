"""Real clients are recorded by the owner's command, recognised, and played again."""

import re
from typing import Any

import pytest

from gateway.bridge.replay import replay
from gateway.control.recorded import parse_case
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.stage import PSK
from tests.pair.net import seeded


def assert_played(facts: dict[str, Any], system: str) -> None:
    """The file holds no secret of the site, and a fresh gateway still does the same for it."""
    text = facts["text"]
    case = parse_case(text)
    found = replay(case, seeded(1))
    assert found.problems == ()
    assert case.came[-1] == "session-opened"
    assert (case.system, facts["system"]) == (system, system)
    assert "it came as far as: session opened" in facts["said"]
    assert facts["answers"] == 5
    places = [facts["identity"], facts["peer"].split(":")[0]]
    secrets = [PSK, "operator", *USERS.values(), *places]
    assert [secret for secret in secrets if secret in text] == []
    assert re.findall(r"\d+\.\d+\.\d+\.\d+", text) == []


@pytest.mark.interop("record_strongswan")
def test_strongswan_is_recorded_and_plays_again(facts: dict[str, Any]) -> None:
    assert_played(facts, "strongswan")


@pytest.mark.interop("record_libreswan")
def test_libreswan_is_recorded_and_plays_again(facts: dict[str, Any]) -> None:
    assert_played(facts, "libreswan")
