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


@pytest.mark.interop("confined_while_up")
def test_who_is_confined_while_the_kernel_carries_is_so_at_once(facts: dict[str, Any]) -> None:
    assert (facts["before"], facts["after"]) == (["kernel", 5], ["kernel", 5])
    assert (facts["elsewhere"], facts["here"]) == (["user", 0], ["user", 5])
    session = facts["session"]
    assert (session["id"], session["drops"]["confined_out_of_reach"]) == (1, 5)
    assert session["frames_in"] >= 20
