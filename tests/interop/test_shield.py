"""What a real server is sent while a client sends the frames that killed old ones."""

from typing import Any

import pytest

from tests.pair.killing import EVERY


@pytest.mark.interop("shield")
def test_behind_a_shield_no_killing_frame_is_on_the_servers_cable(facts: dict[str, Any]) -> None:
    behind = facts["behind"]
    assert behind["up"]
    assert behind["reached"] == []
    assert behind["echo"]
    assert behind["last"]
    assert sum(behind["drops"].values()) == facts["frames"] == len(EVERY)


@pytest.mark.interop("shield")
def test_without_one_most_of_them_are(facts: dict[str, Any]) -> None:
    """So the recording would have had them."""
    without = facts["without"]
    assert without["up"]
    assert len(without["reached"]) > 20
    assert "pptp within: control" in without["reached"]
