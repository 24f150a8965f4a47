"""A change is put in force, and kept or taken back."""

import pytest

from gateway.control.changes_outputs import Who
from gateway.control.parts import EVERY, Part
from tests.pair.disk import (
    ADA,
    ALL,
    ANEW,
    BOB,
    FACTORY,
    NEW,
    NEWER,
    OLD,
    REMOTE,
    Box,
    Disk,
    settled,
    unconfirmed,
)


def test_a_new_box_is_as_from_the_factory() -> None:
    box = Box(Disk()).start()
    assert box.state == (FACTORY, FACTORY, FACTORY, False)
    assert [(one.text, one.parts) for one in box.machine.activations] == [(FACTORY, EVERY)]
    assert box.told == []


def test_what_is_applied_is_in_force_and_not_saved() -> None:
    box = unconfirmed()
    assert box.state == (OLD, NEW, NEW, True)
    assert box.machine.text == NEW
    (activation,) = box.machine.activations
    assert activation.before == OLD
    assert activation.parts == {Part.GATEWAY, Part.NETWORK}
    assert box.told[0].text == (
        "ada (ssh) has put a change in force (smaller packets): "
        "it is taken back in 300 s unless confirmed"
    )


def test_confirmed_over_a_new_connection_it_is_saved_with_its_history() -> None:
    box = unconfirmed()
    box.later(100)
    assert box.do("confirm", ANEW) == {"number": 2}
    assert box.state == (NEW, NEW, NEW, False)
    newest, first = box.do("history")
    assert (newest["number"], newest["user"], newest["face"]) == (2, "ada", "ssh")
    assert (newest["comment"], newest["confirmed_by"]) == ("smaller packets", "ada")
    assert first["number"] == 1
    box.later(10_000)
    assert box.state == (NEW, NEW, NEW, False)


def test_unconfirmed_it_is_taken_back_in_time_and_the_edits_are_kept() -> None:
    box = unconfirmed()
    box.later(299.9)
    assert box.state[1] == NEW
    box.later(0.1)
    assert box.state == (OLD, OLD, NEW, False)
    assert box.machine.text == OLD
    assert box.events == ["applied", "reminded", "reverted"]
    applied, reverted = box.machine.activations
    assert reverted.parts == applied.parts
    assert box.do("apply", REMOTE)["deadline_s"] == 300


def test_a_reminder_comes_a_minute_before() -> None:
    box = unconfirmed()
    assert box.desk.deadline() == box.now + 240
    box.later(245)
    assert box.told[-1].text.endswith("is taken back in 55 s unless it is confirmed")
    assert box.desk.deadline() == box.now + 55


def test_a_short_deadline_has_no_reminder() -> None:
    box = unconfirmed(seconds=60)
    assert box.desk.deadline() == box.now + 60


def test_it_can_be_taken_back_at_once() -> None:
    box = unconfirmed()
    box.do("revert", REMOTE)
    assert box.state == (OLD, OLD, NEW, False)
    assert box.told[-1].text.startswith("ada (ssh) has taken the change back")


def test_edits_made_meanwhile_are_not_lost_by_the_revert() -> None:
    box = unconfirmed()
    box.do("edit", REMOTE, text=NEWER)
    box.later(300)
    assert box.state == (OLD, OLD, NEWER, False)


def test_the_connection_that_made_the_change_proves_nothing() -> None:
    box = unconfirmed()
    answer = box.ask("confirm", REMOTE)
    assert answer["error"] == "this is the connection the change was made on, so it proves nothing"
    assert "Log in anew" in answer["hint"]
    assert box.state[0] == OLD


@pytest.mark.parametrize("who", [ANEW, BOB, ADA], ids=["anew", "bob", "console"])
def test_another_administrator_or_the_console_may_confirm(who: Who) -> None:
    box = unconfirmed()
    box.do("confirm", who)
    assert box.state[0] == NEW


def test_whoever_is_at_the_console_may_confirm_in_the_same_session() -> None:
    box = unconfirmed(ADA)
    box.do("confirm", ADA)
    assert box.state[0] == NEW


def test_nobody_in_particular_confirms_nothing() -> None:
    box = unconfirmed()
    assert box.ask("confirm", ANEW._replace(user=""))["error"] == "it is not known who you are"


def test_a_late_confirmation_comes_too_late() -> None:
    box = unconfirmed()
    box.now += 300
    assert box.ask("confirm", ANEW)["error"] == "no change waits to be confirmed"
    assert box.state[:2] == (OLD, OLD)


def test_the_deadline_can_be_put_off() -> None:
    box = unconfirmed()
    box.later(290)
    assert box.do("extend", REMOTE, deadline_s=600) == {"deadline_s": 600}
    box.later(599)
    assert box.state[1] == NEW
    box.later(1)
    assert box.state[1] == OLD


def test_at_the_console_a_change_may_be_confirmed_at_once() -> None:
    box = settled()
    box.do("edit", text=NEW)
    assert box.do("apply", deadline_s=0) == {"deadline_s": 0, "confirmed": True}
    assert box.state == (NEW, NEW, NEW, False)
    assert box.events == ["confirmed"]


def test_over_the_network_it_may_not() -> None:
    box = settled()
    box.do("edit", REMOTE, text=NEW)
    answer = box.ask("apply", REMOTE, deadline_s=0)
    assert answer["error"] == "a change that came by the network must be confirmed"
    assert box.state == (OLD, OLD, NEW, False)


@pytest.mark.parametrize("seconds", [-1, 9, 86_401, "soon", True, None, float("nan")])
def test_a_deadline_is_within_reason(seconds: object) -> None:
    box = settled()
    box.do("edit", text=NEW)
    assert "deadline" in box.ask("apply", deadline_s=seconds)["error"]
    assert box.state[3] is False


def test_one_change_at_a_time() -> None:
    box = unconfirmed()
    box.do("edit", BOB, text=NEWER)
    answer = box.ask("apply", BOB)
    assert answer["error"] == "the change of ada (ssh) waits to be confirmed"
    assert box.state == (OLD, NEW, NEWER, True)


def test_without_edits_there_is_nothing_to_apply_discard_confirm_or_revert() -> None:
    box = settled()
    for verb in ("apply", "discard", "confirm", "revert", "extend"):
        assert not box.ask(verb)["ok"]
    box.do("edit", text=OLD)
    assert box.ask("apply")["error"] == "there is nothing to apply"


def test_what_the_judge_refuses_is_kept_but_not_applied() -> None:
    box = settled()
    wrong = NEW.replace("1400", "14").replace("pptp", "ppp")
    found = box.do("edit", text=wrong)
    assert [one["where"] for one in found["problems"]] == ["outside.mtu", "route[1].kind"]
    answer = box.ask("apply")
    assert answer["error"] == "outside.mtu: is 14, and should be between 576 and 9000, and 1 more"
    assert box.state == (OLD, OLD, wrong, False)


def test_of_two_administrators_the_second_is_told_what_the_first_has_done() -> None:
    box = settled()
    seen = box.do("show", BOB)["revision"]
    box.do("edit", ADA, text=NEW, base=seen)
    box.later(12)
    answer = box.ask("edit", BOB, text=NEWER, base=seen)
    assert answer["error"] == "ada (console) has edited it 12 s ago"
    assert box.state[2] == NEW
    assert box.ask("apply", BOB, base=seen)["error"] == answer["error"]
    box.do("edit", BOB, text=NEWER, base=box.do("diff", BOB)["revision"])
    box.do("discard", ADA)
    latest = box.ask("edit", BOB, text=NEWER, base="stale")["error"]
    assert latest == "somebody has applied or discarded the edits you have seen"


def test_the_clock_on_the_wall_may_jump() -> None:
    box = unconfirmed()
    box.wall -= 1_000_000_000
    box.later(299)
    assert box.state[1] == NEW
    box.wall += 2_000_000_000
    box.do("confirm", ANEW)
    assert box.state[0] == NEW


def test_a_boot_drops_what_nobody_confirmed_and_says_so() -> None:
    box = unconfirmed()
    again = Box(box.disk.after_the_cut(ALL), "b2").start()
    assert again.state == (OLD, OLD, NEW, False)
    assert again.told[0].text == (
        "the change of ada (ssh) was not confirmed before the machine stopped: "
        "the saved configuration is in force"
    )
    assert [(one.text, one.parts) for one in again.machine.activations] == [(OLD, EVERY)]


def test_an_agent_started_again_in_the_same_boot_goes_on_counting() -> None:
    box = unconfirmed()
    box.later(100)
    again = Box(box.disk, "b1", box.machine)
    again.now = box.now
    again.start()
    assert again.events == ["resumed"]
    assert again.desk.status(again.now)["pending"]["seconds_left"] == 200
    assert again.ask("confirm", REMOTE)["ok"] is False
    again.later(200)
    assert again.state == (OLD, OLD, NEW, False)


def test_an_agent_started_again_disturbs_nothing() -> None:
    box = settled()
    again = Box(box.disk, "b1", box.machine).start()
    assert box.machine.activations == []
    assert again.state == (OLD, OLD, OLD, False)


def test_an_old_configuration_is_looked_at_and_applied_like_any_other() -> None:
    box = unconfirmed()
    box.do("confirm", ANEW)
    assert box.do("diff", number=1)["lines"] == ["  [outside]", "- mtu = 1400"]
    assert box.do("restore", number=1)["kept"]
    assert box.state == (NEW, NEW, OLD, False)
    box.do("apply", deadline_s=0)
    assert box.state == (OLD, OLD, OLD, False)
