"""QEMU's command line: what a box is made of."""

import base64
from pathlib import Path

from image.qemu import Box, Net, command, prepare


def words(tmp_path: Path, **more: object) -> list[str]:
    box = Box(tmp_path / "disk.qcow2", tmp_path / "box", **more)  # type: ignore[arg-type]  # a test's own
    return command(box)


def after(found: list[str], option: str) -> list[str]:
    return [found[n + 1] for n, word in enumerate(found) if word == option]


def test_a_box_is_small_emulated_and_watched(tmp_path: Path) -> None:
    found = words(tmp_path)
    assert after(found, "-m") == ["512"]
    assert after(found, "-machine") == ["q35,accel=tcg"]
    assert "i6300esb" in after(found, "-device")
    assert after(found, "-action") == ["watchdog=reset"]


def test_ports_are_cut_off_from_everything_unless_forwarded_or_on_a_tap(tmp_path: Path) -> None:
    nets = (Net(), Net(forward="tcp:127.0.0.1:2222-:22"), Net(tap="tap7"))
    found = after(words(tmp_path, nets=nets), "-netdev")
    assert found == [
        "user,id=net0,net=10.0.2.0/24,restrict=on",
        "user,id=net1,net=10.0.3.0/24,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22",
        "tap,id=net2,ifname=tap7,script=no,downscript=no",
    ]


def test_every_port_has_an_address_and_a_place_of_its_own(tmp_path: Path) -> None:
    devices = [one for one in after(words(tmp_path), "-device") if "netdev=" in one]
    assert len({one.split("mac=")[1] for one in devices}) == 2
    assert len({one.split("addr=")[1].split(",")[0] for one in devices}) == 2


def test_the_probe_comes_from_outside_as_a_credential(tmp_path: Path) -> None:
    given = [one for one in after(words(tmp_path, probe=True), "-smbios")]
    unit = next(one for one in given if "postern-probe.service=" in one)
    text = base64.b64decode(unit.partition("postern-probe.service=")[2]).decode()
    assert "TTYPath=/dev/ttyS1" in text
    assert not after(words(tmp_path), "-smbios")


def test_uefi_has_variables_of_its_own_machine(tmp_path: Path) -> None:
    found = after(words(tmp_path, firmware="uefi"), "-drive")
    assert any("readonly=on" in one and "OVMF_CODE" in one for one in found)
    assert any(f"unit=1,file={tmp_path}/box/uefi.fd" in one for one in found)


def test_a_raw_disk_is_not_taken_for_another_kind(tmp_path: Path) -> None:
    raw = command(Box(tmp_path / "disk.img", tmp_path))
    assert any("format=raw,file=" in one for one in after(raw, "-drive"))


def test_drives_are_sticks_that_can_only_be_read(tmp_path: Path) -> None:
    found = words(tmp_path, drives=(tmp_path / "stick.img",))
    assert any("readonly=on" in one and "stick.img" in one for one in after(found, "-drive"))
    assert any(one.startswith("usb-storage") for one in after(found, "-device"))


def test_on_a_terminal_the_console_is_the_terminal(tmp_path: Path) -> None:
    found = command(Box(tmp_path / "disk.qcow2", tmp_path), on_terminal=True)
    assert any(one.startswith("stdio,") for one in after(found, "-chardev"))
    assert not after(found, "-qmp")


def test_its_folder_is_made_before_it_starts(tmp_path: Path) -> None:
    prepare(Box(tmp_path / "disk.qcow2", tmp_path / "new"))
    assert (tmp_path / "new").is_dir()
