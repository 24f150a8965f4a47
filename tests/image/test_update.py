"""Updates: one that is good stays, one that is not comes back by itself, and some are refused."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.control.recorded import build_case, parse_case
from image.places import Places
from tests.captures import vectors
from tests.image.appliance import Appliance, make_box
from tests.image.bundles import Update, make_update
from tests.image.figures import Figures
from tests.image.files import provision, stick

pytestmark = pytest.mark.image
INSTALL = 300.0  # seconds
SAID = "/run/upgrade.said"
BACK = 600.0  # seconds: three tries of a system that does not work


def plug(
    places: Places, place: Path, update: Update, more: Mapping[str, Path | str] | None = None
) -> Path:
    """A stick with this update, and with more files."""
    bundle = make_update(places, place, update)
    files = {"update.raucb": bundle, **(more or {})}
    try:
        return stick(places, place / f"stick-{update.version}.img", files)
    finally:
        bundle.unlink()


def start_install(box: Appliance) -> None:
    """As an administrator would; the command ends when the installation does."""
    box.confirmed()
    box.probe(f"(postern upgrade usb >{SAID} 2>&1; echo ended $? >>{SAID}) &")


def said(box: Appliance) -> str:
    """What the command said when it had ended."""
    box.probe.until(f"grep -q ^ended {SAID}", INSTALL, every=2)
    return box.probe(f"cat {SAID}")


def install(box: Appliance) -> float:
    """Seconds it took."""
    start_install(box)
    began = time.monotonic()
    assert "ended 0" in said(box), box.probe(f"cat {SAID}")
    return time.monotonic() - began


def reboot(box: Appliance) -> None:
    box.console.forget()
    box.ask("reboot", reason="the test wants it")


def test_an_update_from_a_stick_runs_from_slot_b_and_stays(
    places: Places, settled: Path, place: Path, figures: Figures
) -> None:
    usb = plug(places, place, Update("9.1.0"))
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        assert box.boot().slot == "A"
        figures.add("an update from a stick, in emulation", install(box), "s")
        reboot(box)
        assert box.boot().slot == "B"
        box.confirmed()
        slots = box.slots()
        assert (slots["booted"], slots["b"]["version"]) == ("b", "9.1.0")
        assert slots["a"]["state"] == "good"
        box.console.forget()
        box.machine.reset()
        assert box.boot().slot == "B"
        box.confirmed()
        assert box.probe("postern rollback --name $(hostname)", INSTALL)
        reboot(box)
        assert box.boot().slot == "A"


def test_a_power_cut_in_the_middle_of_an_update_leaves_the_old_system(
    places: Places, settled: Path, place: Path
) -> None:
    usb = plug(places, place, Update("9.1.0"))
    box_made = make_box(settled, place, drives=(usb,))
    with Appliance(box_made) as box:
        start_install(box)
        box.probe.until("postern upgrade --status | grep -E 'installing [4-8].%'", INSTALL, 0.2)
        box.machine.power_cut()
    with Appliance(box_made) as box:
        assert box.boot().slot == "A"
        box.confirmed()
        assert box.slots()["booted"] == "a"
        install(box)


@pytest.mark.parametrize(
    ("version", "arguments", "told"),
    [
        ("9.2.0", "init=/bin/false", "Kernel panic"),
        ("9.3.0", "systemd.mask=postern.service", ""),
    ],
    ids=["panic in init", "gateway that never answers"],
)
def test_a_broken_update_goes_back_by_itself(
    places: Places, settled: Path, place: Path, version: str, arguments: str, told: str
) -> None:
    usb = plug(places, place, Update(version, arguments))
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        install(box)
        reboot(box)
        seen = [box.boot(BACK)]
        while seen[-1].slot == "B":
            seen.append(box.boot(BACK))
        assert [one.slot for one in seen] == ["B"] * (len(seen) - 1) + ["A"]
        assert 1 < len(seen) <= 4
        assert told in box.console.terminal.said
        box.confirmed()
        assert box.slots()["booted"] == "a"
        notes = "\n".join(box.ask("status")["notes"])
        assert "slot B" in notes, notes
        kept = box.probe("ls /data/postern/state/failed-boots 2>/dev/null || true")
        assert ("log" in kept) == (not told)


def test_an_update_that_answers_a_recorded_machine_otherwise_does_not_stay(
    places: Places, settled: Path, place: Path
) -> None:
    """The recording is one that no gateway answers so: to the box the update has changed."""
    case = parse_case((vectors("recorded") / "scripted-win98-msl2tp.toml").read_text())
    recording = build_case(replace(case, found={**case.found, "chosen-suite": "rot13"}))
    usb = plug(places, place, Update("9.7.0"), {"provision.toml": provision(), "press": recording})
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        box.confirmed()
        box.probe("mount -o ro /dev/disk/by-label/POSTERN /mnt")
        box.probe("install -D -m 600 /mnt/press /data/postern/recordings/press.toml; umount /mnt")
        install(box)
        reboot(box)
        assert [box.boot(BACK).slot, box.boot(BACK).slot] == ["B", "A"]
        box.confirmed()
        assert box.slots()["booted"] == "a"
        notes = "\n".join(box.ask("status")["notes"])
        assert "(Postern 9.7.0)" in notes, notes
        assert "press does not get what it got when it was recorded: chosen-suite was" in notes


@pytest.mark.parametrize(
    ("update", "why"),
    [
        (Update("9.4.0", strange=True), "signature"),
        (Update("9.5.0", changes=(("postern-amd64", "toaster-arm"),)), "another kind of box"),
        (Update("9.6.0", changes=(("schema=1", "schema=0"),)), "older"),
    ],
    ids=["signed by a stranger", "for another box", "of an older schema"],
)
def test_an_update_that_is_not_for_this_box_changes_nothing(
    places: Places, settled: Path, place: Path, update: Update, why: str
) -> None:
    usb = plug(places, place, update)
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        box.confirmed()
        before = (box.environment(), box.probe("sha256sum /dev/postern/root.b", 200))
        start_install(box)
        told = said(box)
        assert "ended 0" not in told
        assert why in told
        assert (box.environment(), box.probe("sha256sum /dev/postern/root.b", 200)) == before
