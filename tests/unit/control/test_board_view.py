import json

from gateway.control.board import Facts, PciDevice
from gateway.control.board_view import (
    Board,
    board_brief,
    board_json,
    notes,
    ports_json,
    report,
)
from gateway.control.ports import Pin, find_ports
from tests.unit.control.boards import GOOD, MACS, NICS, PATHS, profile_of

NOTES = """
[[note]]
when = "upgrade"
text = "have a spare"
[[note]]
when = "always"
text = "it grows hot"
[[led]]
role = "status"
names = ["new:led", "old:led"]
"""
PROFILE = profile_of(GOOD + NOTES)
FACTS = Facts(
    names={"product_name": "Example \x1b[31m1"},
    pci=(PciDevice(PATHS[0], "8086:1539", "020000"),),
    nics=NICS,
    leds=("old:led",),
    kernel="6.12.107",
    cpu="Example CPU",
    memory_mb=2000,
)
BOARD = Board(FACTS, PROFILE, "two profiles fit")
PORTS = find_ports(PROFILE, NICS, [Pin("outside", PATHS[0], "00:00:5e:00:53:99")])


def test_the_board_goes_through_json() -> None:
    told = json.loads(json.dumps(board_json(BOARD)))
    assert (told["id"], told["problem"], told["leds"]) == (
        "example",
        "two profiles fit",
        ["status"],
    )
    assert told["evidence"] == "from documents, not yet confirmed on this board"
    assert "\x1b" not in told["names"]["product_name"]


def test_ports_go_through_json_with_all_that_a_menu_needs() -> None:
    told = json.loads(json.dumps(ports_json(PORTS)))
    assert set(told[0]) >= {"name", "label", "role", "path", "mac", "driver", "link", "speed"}
    assert (told[1]["pinned"], told[1]["problem"]) == (False, "")


def test_notes_are_told_when_they_matter() -> None:
    assert notes(PROFILE, "upgrade") == ["have a spare", "it grows hot"]
    assert notes(PROFILE, "install") == ["it grows hot"]


def test_a_status_has_a_board_in_brief() -> None:
    brief = board_brief(BOARD)
    assert (brief["id"], brief["install"]) == ("example", ["it grows hot"])
    assert brief["upgrade"] == ["have a spare", "it grows hot"]


def test_the_report_says_what_was_found_and_what_is_not_confirmed() -> None:
    text = report(BOARD, PORTS, "0.2.0")
    assert "profile example: from documents, not yet confirmed on this board" in text
    assert f"{PATHS[0]} 020000 8086:1539" in text
    assert "problem: two profiles fit" in text
    assert "LED names" in text
    assert "old:led" in text


def test_the_report_steers_no_terminal_and_keeps_addresses_to_itself() -> None:
    text = report(BOARD, PORTS, "0.2.0")
    assert "\x1b" not in text
    assert not [mac for mac in (*MACS, "00:00:5e:00:53:99") if mac in text]
    assert "00:00:5e:.." in text
