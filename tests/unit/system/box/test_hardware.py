"""What a board is told: its modules, and once to each card how to behave."""

from pathlib import Path

from gateway.control.board import Facts
from gateway.control.board_view import Board
from gateway.system.box.hardware import Cards, load_modules
from tests.unit.control.test_board_files import SPLIT
from tests.unit.system.box.machine import Tools
from tests.unit.system.box.test_ports import profile

NEW = Board(Facts(names={"bios_version": "v4.19.0.1"}), SPLIT)


def cards(eee: bool, told: list[str], broken: str = "") -> Cards:
    def switch_on(name: str) -> None:
        if name == broken:
            raise OSError(5, "Input/output error")
        told.append(f"on {name}")

    def let_sleep(name: str, wanted: bool) -> bool:
        told.append(f"sleep {name} {wanted}")
        return True

    return Cards(eee, told.append, switch_on, let_sleep)


def test_the_modules_of_the_board_are_loaded_by_name(tmp_path: Path) -> None:
    tools, told = Tools(), list[str]()
    load_modules(Board(Facts(), profile()), told.append, tools, tmp_path)
    assert (told, tools.asked) == ([], ["modprobe --all --quiet softdog"])


def test_a_module_that_the_firmware_cannot_stand_goes_before_the_others_come(
    tmp_path: Path,
) -> None:
    (tmp_path / "sys/module/pcengines_apuv2").mkdir(parents=True)
    tools = Tools()
    load_modules(NEW, print, tools, tmp_path)
    assert tools.asked == [
        "modprobe --remove --quiet pcengines-apuv2",
        "modprobe --all --quiet sp5100_tco ledtrig-heartbeat leds-gpio",
    ]


def test_a_module_that_is_not_there_is_not_taken_away(tmp_path: Path) -> None:
    tools = Tools()
    load_modules(NEW, print, tools, tmp_path)
    assert len(tools.asked) == 1


def test_no_module_keeps_the_box_from_starting(tmp_path: Path) -> None:
    told: list[str] = []
    load_modules(NEW, told.append, Tools(fails={"modprobe": "no module"}), tmp_path)
    assert len(told) == 1
    assert "not every module of the board could be set" in told[0]


def test_a_card_is_switched_on_once_and_again_when_it_comes_back() -> None:
    told: list[str] = []
    one = cards(True, told)
    one.wake(["enp0s2", "", "enp0s3"])
    one.wake(["enp0s2"])
    one.wake(["enp0s2", "enp0s3"])
    assert told == ["on enp0s2", "on enp0s3", "on enp0s3"]


def test_a_link_that_must_not_sleep_is_told_so_and_a_broken_card_stops_nothing() -> None:
    told: list[str] = []
    cards(False, told, broken="enp0s2").wake(["enp0s3", "enp0s2"])
    assert told == [
        "enp0s2 cannot be switched on: Input/output error",
        "sleep enp0s2 False",
        "on enp0s3",
        "sleep enp0s3 False",
    ]
