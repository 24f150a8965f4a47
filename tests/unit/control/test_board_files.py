from dataclasses import replace

from gateway.control.board import Facts
from gateway.control.board_files import (
    firmware_doubts,
    kernel_arguments,
    link_files,
    modprobe_text,
    modules,
    modules_load_text,
    system_files,
    terminals,
)
from gateway.control.ports import Port
from gateway.control.profile import Console, Firmware, Modules
from gateway.control.profile_values import Serial
from tests.unit.control.boards import GOOD, MACS, PATHS, profile_of

PLAIN = profile_of()
SPLIT = profile_of(
    GOOD
    + """
[watchdog]
module = "sp5100_tco"
[kernel]
arguments = ["pcie_aspm=off"]
[firmware]
good_from = "4.14.0.1"
says_old = "it may hang"
[[modules]]
load = ["ledtrig-heartbeat"]
[[modules]]
bios_from = "4.10.0.1"
load = ["leds-gpio"]
refuse = ["pcengines-apuv2"]
[[modules]]
bios_before = "4.10.0.1"
load = ["pcengines-apuv2"]
"""
)
PORT = Port("1 (next to the plug)", "eth0", "outside", PATHS[0], MACS[0])


def test_the_serial_line_is_the_last_console() -> None:
    assert kernel_arguments(SPLIT) == (
        "console=tty0",
        "console=ttyS0,115200n8",
        "panic=30",
        "oops=panic",
        "pcie_aspm=off",
    )


def test_a_board_without_a_screen_loses_no_panic_to_it() -> None:
    blind = replace(PLAIN, console=Console((Serial("ttyS1", 38400),), vga=False))
    assert kernel_arguments(blind)[0] == "console=ttyS1,38400n8"
    assert terminals(blind) == [("ttyS1", "38400,115200,57600,19200,9600")]


def test_a_screen_has_a_terminal_too() -> None:
    assert terminals(PLAIN)[-1] == ("tty1", "")


def test_modules_depend_on_the_firmware() -> None:
    new, old, unknown = (modules(SPLIT, text) for text in ("v4.10.0.1", "4.0.7", ""))
    assert new == Modules(("sp5100_tco", "ledtrig-heartbeat", "leds-gpio"), ("pcengines-apuv2",))
    assert old.load[-1] == "pcengines-apuv2"
    assert unknown == Modules(("sp5100_tco", "ledtrig-heartbeat"))


def test_modules_as_text() -> None:
    found = modules(SPLIT, "4.12")
    assert modules_load_text(found).splitlines()[1:] == list(found.load)
    assert modprobe_text(found, "sp5100_tco").splitlines()[1:] == [
        "blacklist pcengines-apuv2",
        "options sp5100_tco nowayout=1",
    ]


def test_without_a_watchdog_of_its_own_a_board_has_the_one_in_software() -> None:
    assert modules(PLAIN, "").load == ("softdog",)
    assert modprobe_text(Modules(), "").endswith("options softdog nowayout=1\n")


def test_a_card_keeps_the_name_of_its_place() -> None:
    ((name, text),) = link_files([PORT])
    assert name == "systemd/network/10-postern-pci0000.00-0000.00.02.2-0000.01.00.0.link"
    assert text.splitlines()[1:] == [
        "[Match]",
        f"PermanentMACAddress={MACS[0]}",
        "",
        "[Link]",
        "Alias=port 1 (next to the plug)",
        "NamePolicy=path",
        "MACAddressPolicy=none",
        "WakeOnLan=off",
    ]


def test_a_card_without_an_address_is_known_by_its_path() -> None:
    ((_, text),) = link_files([replace(PORT, mac="")])
    assert "Path=pci-0000:01:00.0*" in text


def test_a_port_that_is_gone_has_no_file() -> None:
    assert list(link_files([replace(PORT, name=""), replace(PORT, mac="", path="vmbus/1")])) == []


def test_all_files_go_below_run() -> None:
    files = system_files(SPLIT, Facts(), [PORT])
    assert sorted(place.split("/")[0] for place in files) == [
        "modprobe.d",
        "modules-load.d",
        "systemd",
    ]


def test_old_firmware_is_told() -> None:
    told = firmware_doubts(SPLIT, Facts({"bios_version": "v4.9.0.2"}))
    assert told == ["the firmware v4.9.0.2 is old, 4.14.0.1 is wanted: it may hang"]


def test_firmware_of_which_nothing_is_known_is_not_called_old() -> None:
    assert firmware_doubts(SPLIT, Facts({"bios_version": "v4.19.0.1"})) == []
    assert firmware_doubts(SPLIT, Facts()) == []
    bare = replace(SPLIT, firmware=Firmware(("bios",)))
    assert firmware_doubts(bare, Facts({"bios_version": "1.0"})) == []


def test_another_kind_of_firmware_than_the_profiles_is_told() -> None:
    bios_only = replace(PLAIN, firmware=Firmware(("bios",)))
    assert firmware_doubts(bios_only, Facts(firmware="uefi")) == [
        "the box was started by UEFI, and its profile was written for BIOS: "
        "ports may be in other places"
    ]
