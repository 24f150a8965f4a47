"""Whether a box has come back, and with what."""

from typing import Any

from ansible_collections.postern.gateway.plugins.module_utils.restart import (
    kept_of,
    not_told,
    outcome_of,
    refused,
    too_late,
    waited_for,
)


def box(uptime: float, state: str = "good", version: str = "0.2.0") -> dict[str, Any]:
    slots = [{"name": "B", "state": state, "version": version}]
    return {"uptime_s": uptime, "booted": "b", "slots": slots}


def test_a_module_that_the_restart_cut_short_has_not_said_no() -> None:
    assert refused({"failed": True, "msg": "an update is being installed. Wait."})
    assert not refused({"failed": True, "module_stderr": "Traceback ...", "rc": 1})
    assert not refused({"changed": True})
    assert not refused({})


def test_a_box_that_still_goes_down_or_cannot_be_asked_is_waited_for() -> None:
    assert outcome_of(None, 30, "0.2.0") is None
    assert outcome_of(box(uptime=5000), 30, "0.2.0") is None


def test_a_box_that_has_not_proved_itself_yet_is_waited_for() -> None:
    assert outcome_of(box(10, state="new"), 30, "0.2.0") is None
    assert outcome_of({**box(10), "slots": []}, 30, "0.2.0") is None


def test_a_box_that_has_is_back() -> None:
    wanted = {"changed": True, "version": "0.2.0"}
    assert outcome_of(box(10), 30, "0.2.0") == wanted
    assert outcome_of(box(10), 30, None) == wanted


def test_a_box_that_runs_another_system_than_was_meant_has_gone_back() -> None:
    found = outcome_of(box(10, version="0.1.0"), 30, "0.2.0")
    assert found is not None
    assert found["failed"]
    assert found["msg"].startswith("0.1.0 runs, and not 0.2.0")
    assert "postern slots" in found["msg"]


def test_why_a_box_has_gone_back_is_told_by_the_box() -> None:
    notes = ["slot B (Postern 0.2.0) was started and is no good: press-3 does not get what it got"]
    found = outcome_of({**box(10, version="0.1.0"), "notes": notes}, 30, "0.2.0")
    assert found is not None
    assert notes[0] in found["msg"]


def test_patience_ends_with_a_sentence() -> None:
    assert "within 900 s" in too_late(900)["msg"]


def test_an_update_stays_once_nobody_is_waited_for() -> None:
    waits = {"redial": {"machines": ["press-3"], "seconds_left": 3400.0}}
    assert kept_of({**box(10), **waits}, "0.2.0") is None
    assert waited_for({**box(10), **waits}) == 3400.0
    assert kept_of({**box(10), "redial": None}, "0.2.0") == {"changed": False, "version": "0.2.0"}
    assert kept_of(box(10), None) == {"changed": False, "version": "0.2.0"}  # of a box before that
    assert waited_for(box(10)) is None


def test_one_that_has_not_stayed_is_a_failure_with_the_reason_of_the_box() -> None:
    notes = ["press-3 had a session before the update to 0.2.0 and none within 60 min"]
    found = kept_of({**box(10, version="0.1.0"), "notes": notes}, "0.2.0")
    assert found is not None
    assert (found["failed"], notes[0] in found["msg"]) == (True, True)
    assert kept_of({"booted": "", "slots": [], "uptime_s": 3.0}, "0.2.0") is None
    assert "within 1200 s" in not_told(1200)["msg"]
