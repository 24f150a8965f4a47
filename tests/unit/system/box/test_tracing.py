"""A trace for whoever asks the box: bounded more narrowly, and never with what is secret."""

from pathlib import Path
from typing import Any

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.trace import Wanted
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.tracing import LARGEST, LONGEST, MOST, begin_trace
from tests.unit.system.box.machine import Tools, put

CONTEXT = {"wall": 1_800_000_000.0, "who": "ada (ssh)"}


class Taken:
    """Who asked for what of the daemon."""

    def __init__(self) -> None:
        self.asked: list[tuple[Wanted, str, int]] = []

    def __call__(self, wanted: Wanted, behalf: str, most: int) -> bytes:
        self.asked.append((wanted, behalf, most))
        return b"packets"


def outlet(root: Path, tools: Tools | None = None) -> Outlet:
    return Outlet(Places(root), None, tools or Tools())


def test_a_trace_goes_into_ram_under_the_machines_name(tmp_path: Path) -> None:
    taken = Taken()
    request = {"target": "press 3", "seconds": 5, "packets": 9}
    work = begin_trace(request, CONTEXT, outlet(tmp_path), taken)
    assert taken.asked == []  # nothing is recorded before the worker begins
    found: Any = work()
    assert Path(found["path"]).name == "trace-press-3-1800000000.pcapng"
    assert Path(found["path"]).read_bytes() == b"packets"
    assert found["bytes"] == 7
    assert taken.asked == [(Wanted("press 3", 5, 9), "ada (ssh)", LARGEST)]


def test_a_trace_can_go_to_a_stick(tmp_path: Path) -> None:
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    tools = Tools()
    request = {"target": "7", "path": "usb"}
    found: Any = begin_trace(request, CONTEXT, outlet(tmp_path, tools), Taken())()
    assert found["path"] == "usb/trace-7-1800000000.pcapng"
    assert [line.split()[0] for line in tools.asked] == ["mount", "umount"]


def test_nobody_gets_passwords_or_keys_this_way(tmp_path: Path) -> None:
    taken = Taken()
    request = {"target": "7", "passwords": True, "keys": True}
    begin_trace(request, CONTEXT, outlet(tmp_path), taken)()
    assert taken.asked[0][0] == Wanted("7")


@pytest.mark.parametrize(
    "more",
    [
        {"target": ""},
        {"target": None},
        {"seconds": LONGEST + 1},
        {"seconds": 0},
        {"seconds": "5"},
        {"packets": MOST + 1},
        {"packets": True},
        {"path": "/etc/passwd"},
        {"path": "../x"},
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_recorded(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    taken = Taken()
    with pytest.raises(Refused):
        begin_trace({"target": "7", **more}, CONTEXT, outlet(tmp_path), taken)
    assert taken.asked == []
