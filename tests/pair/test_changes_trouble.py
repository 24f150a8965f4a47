"""The disk fills up, fails or rots; the machine refuses; files were changed by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.control import changes_files as files
from gateway.control.parts import EVERY
from tests.pair.disk import (
    ALL,
    ANEW,
    FACTORY,
    FOLDER,
    NEW,
    NEWER,
    OLD,
    REMOTE,
    Box,
    Disk,
    Inode,
    settled,
    unconfirmed,
)


def put(disk: Disk, name: str, data: bytes | None) -> None:
    """The file as somebody or something has left it."""
    disk.names_now.pop(FOLDER / name, None)
    inode = Inode()
    inode.data = inode.on_disk = data or b""
    disk.names_now.update({FOLDER / name: inode} if data is not None else {})


def rebooted(disk: Disk) -> Box:
    return Box(disk.after_the_cut(ALL), "b2").start()


def with_history(*texts: str) -> Box:
    box = settled()
    for text in texts:
        box.do("edit", text=text)
        box.do("apply", deadline_s=0)
    return box


# --- the disk says no


def test_a_full_disk_keeps_an_edit_out_and_leaves_everything_as_it_was() -> None:
    box = settled()
    box.disk.size = 0
    answer = box.ask("edit", text=NEW)
    assert answer["error"] == "it could not be written to the disk (no space left on device)"
    assert box.state == (OLD, OLD, OLD, False)
    assert rebooted(box.disk).state == (OLD, OLD, OLD, False)


def test_a_disk_full_at_apply_changes_nothing_and_keeps_the_edits() -> None:
    box = settled()
    box.do("edit", text=NEW)
    box.disk.size = 0
    assert not box.ask("apply")["ok"]
    assert box.state == (OLD, OLD, NEW, False)
    assert box.machine.activations == []
    assert rebooted(box.disk).state == (OLD, OLD, NEW, False)


def test_a_disk_full_at_confirm_leaves_it_waiting_and_then_it_is_taken_back() -> None:
    box = unconfirmed()
    box.disk.size = 0
    assert not box.ask("confirm", ANEW)["ok"]
    assert box.state == (OLD, NEW, NEW, True)
    box.later(300)
    assert box.state == (OLD, OLD, NEW, False)
    assert box.machine.text == OLD
    assert rebooted(box.disk).state[:2] == (OLD, OLD)


def test_the_oldest_of_the_history_makes_room() -> None:
    texts = [NEW.replace("1400", str(1300 + number)) for number in range(12)]
    box = with_history(*texts)
    box.do("edit", text=NEWER)
    box.disk.size = sum(len(one.data) for one in box.disk.names_now.values()) + 100
    box.do("apply", deadline_s=0)
    assert box.state[0] == NEWER
    assert not box.ask("show", number=1)["ok"]
    assert rebooted(box.disk).state == (NEWER, NEWER, NEWER, False)


@pytest.mark.long
def test_the_history_is_bounded() -> None:
    texts = [NEW.replace("1400", str(1300 + number)) for number in range(60)]
    box = with_history(*texts)
    assert [entry["number"] for entry in box.do("history")] == list(range(61, 11, -1))
    held = [path.name for path in box.disk.names_now if path.parent == FOLDER / "history"]
    assert len(held) == 2 * files.HISTORY_KEPT


STORIES: dict[str, Callable[[Box], object]] = {
    "edit": lambda box: box.ask("edit", REMOTE, text=NEWER),
    "apply": lambda box: box.ask("apply", REMOTE),
    "confirm": lambda box: box.ask("confirm", ANEW),
    "revert": lambda box: box.ask("revert", REMOTE),
    "lapse": lambda box: box.later(300),
    "extend": lambda box: box.ask("extend", REMOTE, deadline_s=400),
}


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES)
def test_a_disk_that_fails_once_at_any_step_loses_nothing(story: str) -> None:
    for step in range(1, 40):
        box = unconfirmed() if story != "apply" else settled()
        box.ask("edit", REMOTE, text=NEW)
        box.disk.broken = {box.disk.steps + step}
        STORIES[story](box)
        box.disk.broken = set()
        box.later(100_000)
        saved, running, _, waits = box.state
        assert (running, box.machine.text, waits) == (saved, saved, False)
        assert saved in ((OLD, NEW) if story == "confirm" else (OLD,))
        again = rebooted(box.disk)
        assert again.state[:2] == (saved, saved)
        assert again.machine.text == saved


def test_what_need_not_be_written_is_told_when_it_was_not() -> None:
    box = settled()
    box.disk.broken = {box.disk.steps + 5}  # the record of who has edited
    box.do("edit", text=NEW)
    assert box.told[-1].text == "candidate.json could not be kept (input/output error)"
    assert box.state[2] == NEW


# --- the machine says no


def test_a_change_the_machine_refuses_is_taken_back_at_once() -> None:
    box = settled()
    box.machine.refusing = {NEW}
    box.do("edit", REMOTE, text=NEW)
    answer = box.ask("apply", REMOTE)
    assert answer["error"] == "the change could not be put in force (the port has no cable)"
    assert answer["hint"] == "The configuration is as before; the edits are kept"
    assert box.state == (OLD, OLD, NEW, False)
    assert [one.text for one in box.machine.activations] == [NEW, OLD]
    assert box.desk.deadline() is None
    assert rebooted(box.disk).state[:2] == (OLD, OLD)


def test_a_revert_the_machine_refuses_is_tried_until_it_succeeds() -> None:
    box = unconfirmed()
    box.machine.refusing = {OLD}
    box.later(300)
    assert box.told[-1].text == (
        "the saved configuration could not be put in force (the port has no cable): "
        "tried again in 15 s"
    )
    assert not box.ask("confirm", ANEW)["ok"]
    box.later(15)
    box.later(30)
    assert box.machine.text == NEW
    box.machine.refusing = set()
    box.later(60)
    assert box.machine.text == OLD
    assert box.state == (OLD, OLD, NEW, False)
    assert box.desk.deadline() is None


def test_a_start_the_machine_refuses_is_tried_again() -> None:
    box = settled()
    again = Box(box.disk.after_the_cut(ALL), "b2")
    again.machine.refusing = {OLD}
    again.start()
    assert again.machine.text == ""
    again.machine.refusing = set()
    again.later(15)
    assert again.machine.text == OLD
    assert again.machine.activations[-1].parts == EVERY
    assert again.desk.deadline() is None


def test_retries_become_rarer() -> None:
    box = unconfirmed()
    box.machine.refusing = {OLD}
    box.later(300)
    waits = []
    for _ in range(7):
        due = box.desk.deadline()
        assert due is not None
        waits.append(due - box.now)
        box.later(due - box.now)
    assert waits == [15, 30, 60, 120, 240, 300, 300]


# --- files as nobody has left them


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[[client", b"[outside]\nmtu = 1\n"])
def test_a_damaged_saved_file_is_replaced_by_the_newest_of_the_history(data: bytes) -> None:
    box = with_history(NEW)
    put(box.disk, files.SAVED, data)
    again = rebooted(box.disk)
    assert again.state[:2] == (NEW, NEW)
    assert again.events == ["recovered"]
    assert again.do("status")["recovered"].endswith("number 2 of the history is in force")
    assert again.disk.read(FOLDER / files.SAVED) == data


def test_a_damaged_history_is_passed_over() -> None:
    box = with_history(NEW, NEWER)
    put(box.disk, files.SAVED, None)
    put(box.disk, files.history_text(3), b"# rotten\n" + NEWER.encode())
    put(box.disk, files.history_record(2), b"{")
    assert rebooted(box.disk).state[:2] == (OLD, OLD)


def test_with_nothing_usable_the_box_is_as_from_the_factory_and_says_so() -> None:
    box = settled()
    put(box.disk, files.SAVED, b"[")
    put(box.disk, files.history_text(1), b"[")
    again = rebooted(box.disk)
    assert again.state[:2] == (FACTORY, FACTORY)
    assert again.told[0].text.endswith("nothing in the history can be used: as from the factory")


def test_a_saved_file_cut_short_is_not_taken_for_a_smaller_configuration() -> None:
    more = NEW + "\n[box]\nhostname = 'gw'\n"
    box = with_history(more)
    put(box.disk, files.SAVED, more.encode()[: len(NEW)])
    again = rebooted(box.disk)
    assert again.state[0] == more
    assert again.events == ["recovered"]


def test_a_saved_file_changed_by_hand_is_taken_and_remembered() -> None:
    box = settled()
    put(box.disk, files.SAVED, NEW.encode())
    again = rebooted(box.disk)
    assert again.state == (NEW, NEW, NEW, False)
    assert again.do("history")[0]["comment"] == "found on the disk at start"


def test_a_saved_file_that_cannot_be_used_can_be_mended() -> None:
    box = settled()
    wrong = NEW.replace("1400", "14")
    put(box.disk, files.SAVED, wrong.encode())
    again = rebooted(box.disk)
    assert again.state == (OLD, OLD, wrong, False)
    again.do("set", changes=[{"op": "set", "table": "outside", "key": "mtu", "value": 1400}])
    again.do("apply", deadline_s=0)
    assert again.state[0] == NEW
    assert again.do("status")["recovered"] == ""


def test_a_file_of_a_newer_postern_is_left_for_it() -> None:
    box = settled()
    newer = "schema_version = 2\n" + NEW
    put(box.disk, files.SAVED, newer.encode())
    again = rebooted(box.disk)
    assert again.state[:2] == (OLD, OLD)
    assert "written for schema 2, and this Postern knows 1" in again.told[0].text
    assert again.disk.read(FOLDER / files.SAVED) == newer.encode()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"user": 3}', b"\x00\xff"])
@pytest.mark.parametrize("name", [files.PENDING, files.DRAFT, files.ACTIVE])
def test_a_damaged_record_is_as_good_as_none(name: str, data: bytes) -> None:
    box = settled()
    box.do("edit", text=NEW)
    put(box.disk, name, data)
    assert rebooted(box.disk).state == (OLD, OLD, NEW, False)


def test_a_damaged_pending_record_cannot_keep_a_change() -> None:
    box = unconfirmed()
    put(box.disk, files.PENDING, b"rotten")
    again = rebooted(box.disk)
    assert again.state[:2] == (OLD, OLD)
    assert again.machine.text == OLD


def test_leftovers_are_taken_away() -> None:
    box = settled()
    for name in ("saved.toml.new", "history/0009.toml", "history/0009.json.new"):
        put(box.disk, name, b"half")
    again = rebooted(box.disk)
    left = {str(Path(path).relative_to(FOLDER)) for path in again.disk.names_now}
    assert left == {
        files.SAVED,
        files.RUNNING,
        files.ACTIVE,
        files.history_text(1),
        files.history_record(1),
    }
