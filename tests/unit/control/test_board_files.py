from dataclasses import replace

from gateway.control.board import Facts
from gateway.control.board_files import (
    board_arguments,
    firmware_doubts,
    kernel_arguments,
    modules,
)
from gateway.control.profile import Console, Firmware, Modules
from gateway.control.profile_values import Serial
from tests.unit.control.boards import GOOD, profile_of

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


def test_the_serial_line_is_the_last_console() -> None:
    assert kernel_arguments(SPLIT) == (
        "console=tty0",
        "console=ttyS0,115200n8",
        "panic=30",
        "oops=panic",
        "pcie_aspm=off",
        "modprobe.blacklist=pcengines-apuv2",
    )


def test_a_board_without_a_screen_loses_no_panic_to_it() -> None:
    blind = replace(PLAIN, console=Console((Serial("ttyS1", 38400),), vga=False))
    assert kernel_arguments(blind)[0] == "console=ttyS1,38400n8"


def test_modules_depend_on_the_firmware() -> None:
    new, old, unknown = (modules(SPLIT, text) for text in ("v4.10.0.1", "4.0.7", ""))
    assert new == Modules(("sp5100_tco", "ledtrig-heartbeat", "leds-gpio"), ("pcengines-apuv2",))
    assert old.load[-1] == "pcengines-apuv2"
    assert unknown == Modules(("sp5100_tco", "ledtrig-heartbeat"))


def test_without_a_watchdog_of_its_own_a_board_has_the_one_in_software() -> None:
    assert modules(PLAIN, "").load == ("softdog",)


def test_a_module_that_some_firmware_cannot_stand_never_comes_by_itself() -> None:
    assert board_arguments(SPLIT)[-1] == "modprobe.blacklist=pcengines-apuv2"
    assert board_arguments(PLAIN) == ()


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
