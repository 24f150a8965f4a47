"""The box after an update: who is waited for, and the way back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.postern.gateway.plugins.module_utils.restart import waited_for
from gateway.control.sessions import SessionView
from gateway.system.box.disk import read_record
from gateway.system.box.slots import Slot
from gateway.user.box_views import Redial, box_status
from gateway.user.remote.ask import system_of
from tests.unit.system.box.machine import ADA, CONFIG, Tools, put
from tests.unit.system.box.test_slots import status
from tests.unit.system.box.whole import Whole

UP = SessionView(client="press-3", state="up")
WAITING = "[upgrade]\nredial_minutes = 30\n"
RECORD = "data/postern/state/leaving.json"


def start(root: Path, system: str, boot: str, more: str = WAITING) -> Whole:
    """A box that runs this system, half a minute after its start."""
    put(root, "proc/cmdline", f"quiet rauc.slot=A postern.hash={system}\n")
    tools = Tools(says={"rauc status --detailed": status(), "rauc info": '{"version": "0.2.0"}'})
    put(root, "data/postern/saved.toml", CONFIG + more)
    return Whole(root, tools, who=ADA, now=30.0, boot=boot).start()


def updated(root: Path, *sessions: SessionView, more: str = WAITING) -> Whole:
    """A box that has left with these sessions, and has started its update."""
    before = start(root, "aa", "boot-1", more)
    bundle = put(root, "home/one.raucb", "x")
    before.result("upgrade", path=str(bundle))
    before.sessions = list(sessions)
    before.result("reboot", reason="update")
    return start(root, "bb", "boot-2", more)


def later(box: Whole, minutes: float) -> None:
    """The timer's turns until then, each when it is due."""
    while (due := box.returning.deadline()) is not None and due <= 60.0 * minutes:
        box.now = due
        box.returning.handle_timeout(due)
    box.returning.join()


def rebooted(box: Whole) -> bool:
    return "systemctl reboot --no-block" in box.tools.asked


def test_a_machine_that_does_not_come_back_takes_the_box_back_once(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    later(box, 29)
    note = box.result("status")["notes"]
    assert any(
        "press-3 had a session before the update to 0.2.0 and none since" in one for one in note
    )
    assert not rebooted(box)
    box.explained = "its key is another"
    later(box, 31)
    assert rebooted(box)
    assert "rauc status mark-active other" in box.tools.asked
    told = (
        "the box has gone back to slot B by itself: press-3 had a session before the update to "
        "0.2.0 and none within 30 min of its start (its key is another)"
    )
    assert told in box.audit()
    again = start(tmp_path, "aa", "boot-3")
    assert again.returning.deadline() is None
    assert told in again.result("status")["notes"]


def test_who_is_waited_for_is_told_until_the_box_has_gone_back(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    asked = {"version": "0.2.0", "machines": ["press-3"]}
    assert box.result("status")["redial"] == asked | {"seconds_left": 1770.0}
    later(box, 29)
    assert box.result("status")["redial"]["seconds_left"] <= 75.0
    later(box, 31)
    assert box.result("status")["redial"] == asked | {"seconds_left": 0.0}
    assert start(tmp_path, "aa", "boot-3").result("status")["redial"] is None


def test_those_who_look_from_elsewhere_read_it_in_what_the_command_prints(tmp_path: Path) -> None:
    status = box_status(updated(tmp_path, UP).result("status"))
    printed = json.loads(json.dumps(asdict(status)))  # `postern box --json`
    assert system_of(printed).redial == Redial(("press-3",), 1770.0)
    assert waited_for(printed) == 1770.0


def test_nobody_is_told_of_where_all_are_back_or_the_owner_waits_for_none(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    box.sessions = [UP]
    later(box, 1)
    assert box.result("status")["redial"] is None
    assert updated(tmp_path / "2").result("status")["redial"] is None
    assert updated(tmp_path / "3", UP, more="").result("status")["redial"] is None


def test_a_way_back_that_cannot_be_taken_is_over(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    box.tools.fails["rauc status mark-active other"] = "there is none"
    later(box, 31)
    assert box.result("status")["redial"] is None
    assert "the box stays all the same" in box.audit()


def test_a_machine_that_comes_back_once_is_enough(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    later(box, 5)
    box.sessions = [UP]
    later(box, 6)
    box.sessions = []
    later(box, 100)
    assert not rebooted(box)
    assert "all that had a session before 0.2.0 have one again" in box.audit()
    assert read_record(tmp_path / RECORD) == {}


def test_a_machine_that_was_off_is_not_waited_for(tmp_path: Path) -> None:
    box = updated(tmp_path)
    later(box, 100)
    assert not rebooted(box)
    assert read_record(tmp_path / RECORD) == {}


def test_the_rescue_system_waits_for_nobody(tmp_path: Path) -> None:
    updated(tmp_path, UP)
    put(tmp_path, "proc/cmdline", "rauc.slot=R postern.hash=cc postern.rescue\n")
    box = Whole(tmp_path, now=30.0, boot="boot-3").start()
    assert box.returning.deadline() is None
    assert read_record(tmp_path / RECORD)["machines"] == ["press-3"]


def test_a_gateway_that_says_nothing_at_the_restart_leaves_what_it_said_before(
    tmp_path: Path,
) -> None:
    box = start(tmp_path, "aa", "boot-1")
    box.sessions = [UP]
    box.result("upgrade", path=str(put(tmp_path, "home/one.raucb", "x")))
    box.sessions = None
    box.result("reboot", reason="update")
    assert read_record(tmp_path / RECORD)["machines"] == ["press-3"]


def test_unless_the_owner_says_so_nobody_is_waited_for(tmp_path: Path) -> None:
    box = updated(tmp_path, UP, more="")
    later(box, 2000)
    assert not rebooted(box)
    assert box.returning.note() == ""


def test_the_owner_may_end_the_waiting(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    later(box, 20)
    box.result("config.edit", text=CONFIG)
    box.result("config.apply", comment="", deadline_s=300)
    later(box, 100)
    assert not rebooted(box)


def test_a_machine_that_leaves_the_configuration_is_not_waited_for(tmp_path: Path) -> None:
    box = updated(tmp_path, SessionView(client="gone", state="up"))
    later(box, 100)
    assert not rebooted(box)


def test_an_agent_that_is_started_anew_goes_on_waiting(tmp_path: Path) -> None:
    updated(tmp_path, UP)
    box = start(tmp_path, "bb", "boot-2")
    box.parts.applier.look_again(CONFIG + WAITING)  # as the roof does: all is in force already
    later(box, 31)
    assert rebooted(box)


def test_before_the_restart_and_where_the_update_did_not_stay_nothing_is_watched(
    tmp_path: Path,
) -> None:
    updated(tmp_path, UP)
    assert start(tmp_path, "aa", "boot-1").returning.deadline() is None
    assert read_record(tmp_path / RECORD)["machines"] == ["press-3"]
    assert start(tmp_path, "aa", "boot-3").returning.deadline() is None
    assert read_record(tmp_path / RECORD) == {}


@pytest.mark.parametrize(("verb", "more"), [("poweroff", {}), ("reboot", {"rescue": True})])
def test_a_box_that_is_switched_off_waits_for_nobody(
    tmp_path: Path, verb: str, more: dict[str, Any]
) -> None:
    box = updated(tmp_path, UP)
    box.result(verb, reason="weekend", **more)
    assert start(tmp_path, "bb", "boot-3").returning.deadline() is None


def test_a_restart_meanwhile_goes_on_with_those_who_were_missing(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    later(box, 10)
    box.result("reboot", reason="again")
    assert read_record(tmp_path / RECORD)["machines"] == ["press-3"]
    assert start(tmp_path, "bb", "boot-3").returning.deadline() is not None


def test_who_goes_back_by_hand_is_not_taken_forward_again(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    box.result("rollback")
    assert box.returning.deadline() is None
    assert start(tmp_path, "aa", "boot-3").returning.deadline() is None


def test_with_nowhere_to_go_back_to_the_box_stays_and_says_so(tmp_path: Path) -> None:
    box = updated(tmp_path, UP)
    box.tools.says["rauc status --detailed"] = status(other="bad")
    later(box, 31)
    assert not rebooted(box)
    assert "the box stays all the same: slot B did not start well" in box.audit()


def test_a_new_update_makes_the_old_note_go(tmp_path: Path) -> None:
    later(updated(tmp_path, UP), 31)
    again = start(tmp_path, "aa", "boot-3")
    again.slots = [Slot("A", "good", booted=True)]
    assert again.returning.note() != ""
    again.result("upgrade", path=str(tmp_path / "home/one.raucb"))
    assert again.returning.note() == ""
