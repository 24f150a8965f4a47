"""What a board is told at every start."""

from pathlib import Path

from gateway.control.board import Facts
from gateway.control.board_view import Board
from gateway.system.box.hardware import wake_hardware
from tests.unit.system.box.machine import Tools
from tests.unit.system.box.test_ports import NICS, profile

BOARD = Board(Facts(nics=tuple(NICS)), profile())


def wake(tools: Tools, broken: str = "") -> tuple[list[str], list[str]]:
    told: list[str] = []
    on: list[str] = []

    def switch_on(name: str) -> None:
        if name == broken:
            raise OSError(5, "Input/output error")
        on.append(name)

    wake_hardware(BOARD, told.append, tools, switch_on, lambda name, wanted: True)
    return told, on


def test_modules_are_loaded_and_cards_switched_on(tmp_path: Path) -> None:
    tools = Tools()
    told, on = wake(tools)
    assert told == []
    assert on == [nic.name for nic in NICS]
    assert tools.asked == ["modprobe --all --use-blacklist --quiet softdog"]


def test_nothing_of_it_keeps_the_box_from_starting() -> None:
    told, on = wake(Tools(fails={"modprobe": "no module"}), NICS[0].name)
    assert len(told) == 2
    assert "cannot be switched on: Input/output error" in told[1]
    assert on == [nic.name for nic in NICS[1:]]
