"""Reading a board from a tree of files."""

from pathlib import Path

import pytest

from gateway.control.board import Nic, PciDevice
from gateway.system.board import read_board, read_facts, read_nics, read_profiles, settled_nics
from tests.boards import Fixture, add_device, add_led, add_nic, build, silent, write

BRIDGE = ["pci0000:00/0000:00:00.0", "0600", "8086:29c0"]
CARD = ["pci0000:00/0000:00:02.2/0000:01:00.0", "0200", "8086:1539", "igb", "enp1s0"]
MAC = "00:00:5e:00:53:01"
GENERIC = """
[board]
id = "generic"
name = "Any"
generic = true
[evidence]
state = "from documents"
sources = ["none"]
"""
NAMED = GENERIC.replace("generic = true", "[[match]]\nproduct_name = ['Box']")


def board(**said: str) -> Fixture:
    return Fixture("", "", said, [BRIDGE, [*CARD, MAC]], ["apu:green:1"], "uefi", {})


def tell_nothing(root: Path) -> Path:
    for folder in root.rglob("*"):
        if folder.name in {"carrier", "speed", "type", "vendor"}:
            folder.unlink()
    return root


def test_everything_is_read(tmp_path: Path) -> None:
    root = build(board(product_name=" Box \n", sys_vendor="Default string"), tmp_path)
    facts = read_facts(root, silent)
    assert facts.names == {"product_name": "Box"}
    assert facts.pci == (
        PciDevice(BRIDGE[0], "8086:29c0", "060000"),
        PciDevice(CARD[0], "8086:1539", "020000"),
    )
    assert facts.nics == (Nic("enp1s0", CARD[0], MAC, "igb", "8086:1539"),)
    assert (facts.leds, facts.firmware, facts.memory_mb) == (("apu:green:1",), "uefi", 1970)
    assert (facts.kernel, facts.cpu) == ("6.12.107+deb13-amd64", "Example CPU")


def test_a_card_that_udev_may_still_rename_is_not_there_yet(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    write(root / "sys/class/net/enp1s0/ifindex", "2")
    assert [nic.name for nic in settled_nics(root, silent)] == ["enp1s0"]
    (root / "run/udev/data").mkdir(parents=True)
    assert list(settled_nics(root, silent)) == []
    write(root / "run/udev/data/n2", "I:2174561")
    assert [nic.name for nic in settled_nics(root, silent)] == ["enp1s0"]


def test_an_empty_machine_says_nothing(tmp_path: Path) -> None:
    facts = read_facts(tmp_path, silent)
    assert (facts.names, facts.pci, facts.nics, facts.memory_mb) == ({}, (), (), 0)


def test_files_that_cannot_be_read_are_not_said(tmp_path: Path) -> None:
    facts = read_facts(tell_nothing(build(board(), tmp_path)), silent)
    assert facts.nics == ()
    assert facts.pci[0].id == ""


def test_the_burnt_in_address_is_the_drivers_word(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    write(root / "sys/class/net/enp1s0/address", "02:00:00:00:00:01")
    write(root / "sys/class/net/enp1s0/addr_assign_type", "3")
    assert [nic.mac for nic in read_nics(root, lambda name: MAC.upper())] == [MAC]
    assert [nic.mac for nic in read_nics(root, silent)] == [""]


def test_an_address_of_zeros_is_none(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    write(root / "sys/class/net/enp1s0/address", "00:00:00:00:00:00")
    assert [nic.mac for nic in read_nics(root, silent)] == [""]


def test_a_link_has_a_speed(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    add_device(root, "pci0000:00/0000:00:03.0", "0200", "8086:1539")
    add_nic(root, "pci0000:00/0000:00:03.0", "igb", "enp3s0", MAC, link=True)
    assert [(nic.link, nic.speed) for nic in read_nics(root, silent)] == [(False, 0), (True, 1000)]


def test_a_virtio_card_is_where_its_pci_device_is(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    add_device(root, "pci0000:00/0000:00:03.0", "0200", "1af4:1000")
    add_nic(root, "pci0000:00/0000:00:03.0", "virtio_net", "ens3", MAC)
    found = list(read_nics(root, silent))[1]
    assert (found.path, found.id) == ("pci0000:00/0000:00:03.0", "1af4:1000")


def test_a_card_on_usb_is_where_it_is_plugged_in(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    place = "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0"
    add_nic(root, place, "r8152", "enx0", MAC)
    assert [nic.path for nic in read_nics(root, silent)][1] == place


def test_a_card_of_hyper_v_is_known_by_its_identifier(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    add_nic(root, "LNXSYSTM:00/VMBUS:00/00155d00-0001", "hv_netvsc", "eth0", MAC)
    assert [nic.path for nic in read_nics(root, silent)][1] == "vmbus/00155d00-0001"


@pytest.mark.parametrize("mark", ["phy80211/name", "wireless/name", "device/physfn/vendor"])
def test_radios_and_shares_of_a_card_are_no_ports(mark: str, tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    write(root / "sys/class/net/enp1s0" / mark, "")
    assert list(read_nics(root, silent)) == []


def test_what_has_no_device_is_no_port(tmp_path: Path) -> None:
    root = build(board(), tmp_path)
    write(root / "sys/class/net/lo/type", "772")
    write(root / "sys/class/net/br0/type", "1")
    add_led(root, "apu:green:2")
    assert [nic.name for nic in read_nics(root, silent)] == ["enp1s0"]


def test_profiles_are_read_and_bad_ones_told(tmp_path: Path) -> None:
    write(tmp_path / "generic.toml", GENERIC)
    write(tmp_path / "broken.toml", "[board]")
    good, problems = read_profiles(tmp_path)
    assert [profile.id for profile in good] == ["generic"]
    assert {problem.where.split(".")[0] for problem in problems} == {"board", "evidence"}


def test_a_board_that_two_profiles_fit_gets_the_generic_one_and_says_so(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "profiles" / f"{name}.toml", NAMED.replace('"generic"', f'"{name}"'))
    write(tmp_path / "profiles/generic.toml", GENERIC)
    root = build(board(product_name="Box"), tmp_path / "root")
    found = read_board(read_profiles(tmp_path / "profiles")[0], root, silent)
    assert found.profile.id == "generic"
    assert "one and two fit this board equally" in found.problem
