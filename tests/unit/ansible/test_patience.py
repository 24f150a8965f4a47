"""What has come of a change, by what was found, applied and confirmed."""

from ansible_collections.postern.gateway.plugins.module_utils.patience import (
    GRACE,
    LOST,
    Patience,
    outcome_of,
)

FOUND = {"changed": True, "lines": ["+ mtu = 1400"]}


def test_a_box_is_waited_for_until_it_must_have_taken_the_change_back() -> None:
    patience = Patience(100.0, 300.0)
    assert patience.lasts(399.0 + GRACE)
    assert not patience.lasts(400.0 + GRACE)


def test_a_confirmed_change_is_a_change_even_if_its_own_connection_was_lost() -> None:
    confirmed = {"changed": True, "number": 7}
    for applied in (FOUND, {LOST: "timed out"}):
        assert outcome_of(FOUND, applied, confirmed) == {**FOUND, "number": 7}


def test_a_change_that_was_taken_back_is_no_change_and_a_failure() -> None:
    outcome = outcome_of(FOUND, {LOST: "timed out"}, {"changed": False})
    assert (outcome["changed"], outcome["failed"]) == (False, True)
    assert "taken the change back" in outcome["msg"]
    assert "timed out" in outcome["msg"]


def test_a_box_that_is_gone_and_one_that_refuses_are_told_apart() -> None:
    gone = outcome_of(FOUND, FOUND, {LOST: "no route to host"})
    refuses = outcome_of(FOUND, FOUND, {"failed": True, "msg": "it is too late"})
    assert "cannot be reached" in gone["msg"]
    assert "no route to host" in gone["msg"]
    assert "it is too late" in refuses["msg"]
    assert (gone["failed"], refuses["failed"]) == (True, True)
