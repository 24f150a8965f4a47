"""The engine's door: what each command asks for, and in which order. Stories are in tests/pair."""

import pytest

from gateway.control import changes_files as files
from gateway.control.changes import PATIENCE, REMINDER, Changes
from gateway.control.changes_files import Found
from gateway.control.changes_outputs import Activate, Moment, Output, Refused, Remove, Told, Write
from tests.pair.disk import ADA, ANEW, FACTORY, NEW, OLD, REMOTE, judge
from tests.unit.control.test_changes_boot import SAVED, kinds

AT = Moment(1000.0, 1e9)


def engine(found: Found = SAVED) -> Changes:
    changes = Changes(judge, found, "b1", FACTORY)
    assert changes.start() == []
    assert changes.carried_out() == []
    return changes


def applied() -> Changes:
    changes = engine()
    changes.edit(NEW, REMOTE, AT)
    changes.carried_out()
    changes.apply(REMOTE, AT)
    changes.carried_out()
    return changes


def failing(changes: Changes, outputs: list[Output], kind: type) -> tuple[Refused, list[Output]]:
    """The first request of this kind could not be carried out."""
    output = next(one for one in outputs if isinstance(one, kind))
    return changes.failed(output, "the disk is full", AT.now)


def test_the_deadline_is_on_the_disk_before_the_change_is_anywhere() -> None:
    changes = engine()
    changes.edit(NEW, REMOTE, AT)
    assert kinds(changes.apply(REMOTE, AT)) == [
        ("Write", files.PENDING),
        ("Write", files.RUNNING),
        "Activate",
        ("Remove", files.CANDIDATE),
        ("Remove", files.DRAFT),
        "Told",
    ]


def test_the_change_is_saved_before_it_is_forgotten_that_it_waits() -> None:
    assert kinds(applied().confirm(ANEW, AT)) == [
        ("Write", files.SAVED),
        ("Write", files.history_text(2)),
        ("Write", files.history_record(2)),
        ("Remove", files.PENDING),
        "Told",
    ]


def test_the_machine_is_as_before_before_it_is_forgotten_that_a_change_waited() -> None:
    assert kinds(applied().revert(ANEW)) == [
        "Activate",
        ("Write", files.CANDIDATE),
        ("Write", files.DRAFT),
        ("Remove", files.PENDING),
        ("Write", files.RUNNING),
        "Told",
    ]


def test_deadlines_are_the_reminder_and_then_the_end() -> None:
    changes = applied()
    assert changes.deadline() == AT.now + PATIENCE - REMINDER
    assert changes.handle_timeout(AT.now) == []
    (told,) = changes.handle_timeout(AT.now + PATIENCE - REMINDER)
    assert isinstance(told, Told)
    assert changes.deadline() == AT.now + PATIENCE
    assert kinds(changes.handle_timeout(AT.now + PATIENCE))[0] == "Activate"
    changes.carried_out()
    assert changes.deadline() is None
    assert changes.seconds_left(AT.now) is None


def test_a_late_clock_needs_no_reminder() -> None:
    assert kinds(applied().handle_timeout(AT.now + 10_000))[0] == "Activate"


def test_an_edit_that_cannot_be_kept_is_as_if_it_had_not_been() -> None:
    changes = engine()
    refused, instead = failing(changes, changes.edit(NEW, ADA, AT), Write)
    assert (str(refused), instead) == ("it could not be written to the disk (the disk is full)", [])
    assert (changes.candidate, changes.state.candidate) == (OLD, None)


def test_an_apply_that_cannot_be_written_leaves_nothing_waiting() -> None:
    changes = engine()
    changes.edit(NEW, ADA, AT)
    changes.carried_out()
    _, instead = failing(changes, changes.apply(ADA, AT), Write)
    assert instead == [Remove(files.PENDING)]
    assert (changes.state.running, changes.candidate, changes.deadline()) == (OLD, NEW, None)


def test_an_apply_that_the_machine_refuses_is_taken_back() -> None:
    changes = engine()
    changes.edit(NEW, ADA, AT)
    changes.carried_out()
    _, instead = failing(changes, changes.apply(ADA, AT), Activate)
    assert kinds(instead)[0] == "Activate"
    changes.carried_out()
    assert (changes.state.running, changes.candidate, changes.deadline()) == (OLD, NEW, None)


def test_a_confirmation_that_cannot_be_written_leaves_the_change_waiting() -> None:
    changes = applied()
    _, instead = failing(changes, changes.confirm(ANEW, AT), Write)
    assert instead == [Write(files.SAVED, OLD)]
    assert changes.seconds_left(AT.now) == PATIENCE


def test_a_revert_that_the_machine_refuses_is_tried_again() -> None:
    changes = applied()
    failing(changes, changes.revert(ANEW), Activate)
    assert changes.deadline() == AT.now + 15
    with pytest.raises(Refused, match="too late"):
        changes.confirm(ANEW, AT)
    with pytest.raises(Refused, match="too late"):
        changes.extend(300, ANEW, AT)
    assert kinds(changes.handle_timeout(AT.now + 15))[0] == "Activate"
    changes.carried_out()
    assert changes.deadline() is None


def test_the_texts_are_what_is_in_force_and_what_is_being_edited() -> None:
    changes = engine()
    before = list(changes.texts)
    changes.edit(NEW, REMOTE, AT)
    assert (before, list(changes.texts)) == ([OLD], [OLD, NEW])


def test_an_edit_back_to_what_is_in_force_is_no_edit() -> None:
    changes = engine()
    changes.edit(NEW, ADA, AT)
    changes.carried_out()
    assert kinds(changes.edit(OLD, ADA, AT)) == [
        ("Remove", files.CANDIDATE),
        ("Remove", files.DRAFT),
    ]
    assert changes.state.candidate is None


def test_what_is_no_toml_is_not_kept() -> None:
    changes = engine()
    with pytest.raises(Refused, match="is no TOML"):
        changes.edit("[", ADA, AT)
    assert changes.state.candidate is None


def test_the_state_prints_no_secret() -> None:
    assert "hunter2" not in repr(applied().state)
