"""The owner works at a gateway that carries a session."""

from typing import Any

import pytest


@pytest.mark.interop("owner_at_work")
def test_a_session_outlives_reloads_of_bad_and_good_files(facts: dict[str, Any]) -> None:
    assert any("colour" in problem for problem in facts["problems"])
    assert (facts["after_bad"], facts["after_good"]) == (5, 5)
    assert facts["same_session"]


@pytest.mark.interop("owner_at_work")
def test_a_session_that_the_owner_ends_is_ended_at_the_client(facts: dict[str, Any]) -> None:
    assert facts["client_told"]
    assert facts["sessions"] == 0
