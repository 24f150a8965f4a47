"""Where files for people go, and where they never do."""

import os
import stat
from pathlib import Path

import pytest

from gateway.control.changes_outputs import Refused
from gateway.system.box.outlet import LARGEST, MOST_FILES, Outlet
from gateway.system.box.places import Places
from tests.unit.system.box.machine import Tools, put


def outlet(root: Path, tools: Tools | None = None) -> Outlet:
    return Outlet(Places(root), os.getgid(), tools or Tools())


def test_a_file_goes_to_the_folder_in_ram_and_the_group_may_read_it(tmp_path: Path) -> None:
    path = outlet(tmp_path).put("", "report.txt", b"x")
    assert path == tmp_path / "run/postern-files/report.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750
    assert outlet(tmp_path).put("mine.txt", "report.txt", b"x").name == "mine.txt"
    assert outlet(tmp_path).put(str(path), "report.txt", b"y") == path


@pytest.mark.parametrize(
    "wanted", ["/etc/passwd", "../x", "a/b", ".", "/run/postern-files/../x", "x\n", "-" * 70]
)
def test_nobody_elses_path_is_written_to(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(Refused):
        outlet(tmp_path).put(wanted, "report.txt", b"x")


def test_ram_is_bounded(tmp_path: Path) -> None:
    out = outlet(tmp_path)
    for number in range(2 * MOST_FILES):
        out.put("", f"{number}.txt", b"x")
    assert len(list((tmp_path / "run/postern-files").iterdir())) == MOST_FILES
    with pytest.raises(Refused, match="too much"):
        out.put("", "large", bytes(LARGEST + 1))
    out.put("", "large", bytes(LARGEST - 10))
    assert sum(p.stat().st_size for p in (tmp_path / "run/postern-files").iterdir()) <= LARGEST


def test_a_stick_is_there_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    tools = Tools()
    stick = put(tmp_path, "dev/disk/by-label/POSTERN", "")
    assert outlet(tmp_path, tools).put("usb", "report.txt", b"x") == Path("usb/report.txt")
    mount = tmp_path / "run/postern-box/stick"
    assert tools.asked == [f"mount -o nosuid,nodev,noexec,rw {stick} {mount}", f"umount {mount}"]
    assert (mount / "report.txt").read_bytes() == b"x"


def test_without_a_stick_or_with_a_bad_one_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no USB stick labelled POSTERN"):
        outlet(tmp_path).put("usb", "report.txt", b"x")
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    with pytest.raises(Refused, match="cannot be used for writing"):
        outlet(tmp_path, Tools(fails={"mount": "read-only"})).put("usb", "report.txt", b"x")


def test_a_stick_that_is_held_for_a_moment_hides_nothing(tmp_path: Path) -> None:
    tools = Tools(fails={f"umount {tmp_path}": "target is busy"})
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    with pytest.raises(Refused, match="another kind"), outlet(tmp_path, tools).stick():
        raise Refused("it is for another kind of box", "")
    assert tools.asked[-1] == f"umount --lazy {tmp_path}/run/postern-box/stick"


def test_an_update_is_a_file_a_folder_with_one_or_the_stick(tmp_path: Path) -> None:
    bundle = put(tmp_path, "home/one.raucb", "x")
    with outlet(tmp_path).update(str(bundle)) as path:
        assert path == bundle
    with outlet(tmp_path).update(str(bundle.parent)) as path:
        assert path == bundle
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    on_stick = put(tmp_path, "run/postern-box/stick/two.raucb", "x")
    for wanted in ("", "usb"):
        with outlet(tmp_path).update(wanted) as path:
            assert path == on_stick


def test_a_folder_with_no_update_or_with_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no update is"), outlet(tmp_path).update(str(tmp_path)):
        pass
    for name in ("a.raucb", "b.raucb"):
        put(tmp_path, name, "x")
    with pytest.raises(Refused, match="2 updates are"), outlet(tmp_path).update(str(tmp_path)):
        pass
