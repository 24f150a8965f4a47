"""What RAUC says, as the console shows it. The JSON is in the form that rauc 1.13 wrote in QEMU."""

import json
from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from gateway import box
from gateway.control.changes_outputs import Refused
from gateway.system.box import slots
from gateway.system.box.places import Places
from gateway.system.box.slots import (
    Progress,
    Slot,
    Slots,
    note_shipped,
    notes,
    read_status,
    sentence,
    slots_json,
)
from gateway.system.run import ToolFailed
from tests.unit.system.box.machine import Tools, put

# As rauc 1.13 tells of an update whose signature is right; the journal has what a handler says.
GOES_WELL = " 10% Verifying signature\n 20% Verifying signature done.\n100% Installing failed.\n"
HANDLER = "handler error: Child process exited with code"


def test_rauc_alone_has_the_time_that_its_service_takes_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[tuple[object, ...]] = []
    monkeypatch.setattr(slots, "run", lambda *words: given.append(words))
    slots.patient(["rauc", "status"])
    slots.patient(["nft", "-f", "-"], "flush")
    assert given == [(["rauc", "status"], "", slots.PATIENCE), (["nft", "-f", "-"], "flush")]


def test_the_box_agent_is_as_patient_with_rauc() -> None:
    for begun in (box.serve, box.build):
        assert signature(begun).parameters["tool"].default is slots.patient


def status(other: str = "good", bundle: bool = True, own: str = "good") -> str:
    update = {"bundle": {"version": "1.1"}, "installed": {"timestamp": "2026-11-22T10:00:00Z"}}
    rows: list[dict[str, Any]] = [
        {
            "rootfs.1": {
                "bootname": "B",
                "state": "inactive",
                "boot_status": other,
                "slot_status": update if bundle else {"bundle": {"compatible": None}},
            }
        },
        {"rootfs.0": {"bootname": "A", "state": "booted", "boot_status": own}},
        {"boot.0": {"bootname": None, "state": "active", "parent": "rootfs.0"}},
    ]
    return json.dumps({"compatible": "postern-amd64", "booted": "A", "slots": rows})


def tools(**changes: Any) -> Tools:
    return Tools(says={"rauc status --detailed": status(**changes), "rauc info": '{"version":"2"}'})


A, B = Slot("A", "good", booted=True), Slot("B", "good", "1.1", "2026-11-22T10:00:00Z")


def test_both_slots_are_told() -> None:
    assert Slots(tools()).read() == [A, B]


def test_until_it_has_answered_a_dial_a_system_is_on_trial() -> None:
    assert Slots(tools(own="bad")).read()[0] == Slot("A", "trying", booted=True)


def test_where_there_is_no_rauc_there_are_no_slots() -> None:
    assert Slots(Tools(fails={"rauc": "none"})).read() == []
    assert Slots(Tools(says={"rauc": "odd"})).read() == []
    with pytest.raises(ValueError, match="no list"):
        read_status([])


def test_a_slot_nothing_was_put_in_is_empty() -> None:
    assert Slots(tools(other="bad", bundle=False)).read()[1].state == "empty"


@pytest.mark.parametrize(("boot_status", "state"), [("good", "good"), ("bad", "bad")])
def test_the_system_a_box_came_with_is_there_when_an_update_runs(
    boot_status: str, state: str
) -> None:
    rows = [
        {"rootfs.1": {"bootname": "B", "state": "booted", "boot_status": "good"}},
        {"rootfs.0": {"bootname": "A", "state": "inactive", "boot_status": boot_status}},
    ]
    assert read_status({"slots": rows}) == [Slot("A", state), Slot("B", "good", booted=True)]


def test_the_status_has_the_running_version_for_the_system_the_box_came_with() -> None:
    assert slots_json([A, B], "1.0") == {
        "booted": "a",
        "a": {"state": "good", "version": "1.0"},
        "b": {"state": "good", "version": "1.1"},
    }


def test_the_version_a_box_came_with_is_known_when_an_update_runs(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert note_shipped(places, "1.0") == ""  # a machine that is no box
    put(tmp_path, "proc/cmdline", "rauc.slot=A")
    assert note_shipped(places, "1.0") == "1.0"
    put(tmp_path, "proc/cmdline", "rauc.slot=B")
    assert note_shipped(places, "1.1") == "1.0"
    slots = [replace(A, booted=False), replace(B, version="", booted=True)]
    assert slots_json(slots, "1.1", "1.0") == {
        "booted": "b",
        "a": {"state": "good", "version": "1.0"},
        "b": {"state": "good", "version": "1.1"},
    }


def test_a_slot_that_failed_is_told_of_and_no_other() -> None:
    bad = Slot("B", "bad", "1.1")
    assert notes([A, B]) == notes([replace(bad, booted=True, state="trying")]) == []
    assert notes([A, bad]) == [
        "slot B (Postern 1.1) did not start well, so the box has gone back by itself; "
        "install a good update there"
    ]


def test_going_back_is_to_the_other_slot_at_the_next_start() -> None:
    asked = tools()
    assert Slots(asked).roll_back() == "B"
    assert asked.asked[-1] == "rauc status mark-active other"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (tools(other="bad", bundle=False), "no other system"),
        (tools(other="bad"), "slot B did not start well"),
        (Tools(), "no other system"),
    ],
)
def test_there_is_no_way_back_to_nothing_or_to_what_failed(given: Tools, says: str) -> None:
    with pytest.raises(Refused, match=says):
        Slots(given).roll_back()


def test_an_update_is_looked_at_before_it_is_installed(tmp_path: Path) -> None:
    bundle = tmp_path / "update.raucb"
    bundle.write_text("x")
    assert Slots(tools()).check(bundle) == "2"
    with pytest.raises(Refused, match="whole path"):
        Slots(tools()).check(Path("update.raucb"))
    with pytest.raises(Refused, match="there is no file"):
        Slots(tools()).check(tmp_path / "none.raucb")
    with pytest.raises(Refused, match="not one this box trusts"):
        Slots(Tools(fails={"rauc info": "signature verification failed: x"})).check(bundle)
    assert Slots(Tools(says={"rauc info": "odd"})).check(bundle) == ""


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("signature verification failed: self-signed certificate", "not one this box trusts"),
        ("rauc-Message: x\nFailed to verify; error: self-signed certificate\n", "not one this box"),
        (f"{GOES_WELL}LastError: Compatible mismatch: Expected 'a'", "another kind of box"),
        (f"{GOES_WELL}LastError: Pre-install {HANDLER} 10\n", "older than the configuration"),
        (f"{GOES_WELL}LastError: Pre-install {HANDLER} 1\n", "exited with code 1"),
        ("No space left on device", "does not fit"),
        (f"{GOES_WELL}LastError: Pre-install {HANDLER} 11\n", "look at /data/upload"),
        ("Failed to check bundle identifier: not a bundle", "no update of Postern"),
        ("LastError: the cat has eaten it\n", "the cat has eaten it"),
        ("", "the update is refused"),
    ],
)
def test_what_rauc_says_is_one_sentence(said: str, means: str) -> None:
    assert means in sentence(said)
    assert "\n" not in sentence(said)


def following(lines: list[str], reason: str = "") -> Callable[..., None]:
    def follow(argv: list[str], line: Callable[[str], None], timeout: float) -> None:
        for text in lines:
            line(text)
        if reason:
            raise ToolFailed("rauc install", 1, reason)

    return follow


def test_an_update_tells_how_far_it_has_come() -> None:
    seen: list[Progress] = []
    slots = Slots(Tools())

    def follow(argv: list[str], line: Callable[[str], None], timeout: float) -> None:
        for text in ("installing", "  0% Installing", " 40% Copying image", "100% done"):
            line(text)
            seen.append(slots.progress)

    slots._follow = follow
    slots.install(Path("/run/u.raucb"))
    assert [one.percent for one in seen] == [0, 0, 40, 99]
    assert slots.progress == Progress("done", 100)


def test_an_update_that_fails_says_why_and_has_changed_nothing() -> None:
    slots = Slots(Tools(), following([" 20% Checking"], "No space left on device"))
    with pytest.raises(Refused, match="does not fit"):
        slots.install(Path("/run/u.raucb"))
    assert slots.progress == Progress("failed", 20, "the update is refused: it does not fit")


def test_a_good_system_is_told_to_rauc() -> None:
    asked = Tools()
    Slots(asked).mark_good()
    assert asked.asked == ["rauc status mark-good"]
