"""The box's own figures: written while they are wanted, each by what it shows."""

from pathlib import Path
from typing import Any

from gateway.control.metrics import OF_BOX, Sample, grouped
from gateway.system.box.figures import EVERY, PLACE, Figures, OfBox, read_figures
from tests.unit.system.box.machine import put

STATUS = {
    "version": "1.2",
    "board": {"id": "apu2"},
    "clock_ok": True,
    "pending": None,
    "slots": {"booted": "a", "a": {"state": "good"}, "b": {"state": "bad"}},
}


class Box:
    """A tree of files, and a desk that says what a test wants."""

    def __init__(self, root: Path, *, wanted: bool = True, known: bool = True) -> None:
        self.root, self.wanted = root, wanted
        self.status: dict[str, Any] = dict(STATUS)
        self.figures = Figures(
            root, lambda: self.wanted, lambda now: self.status, 100.0, board_known=known
        )

    def told(self, now: float = 100.0) -> OfBox:
        self.figures.handle_timeout(now)
        return read_figures(self.root / PLACE)

    def figure(self, name: str, now: float = 100.0, **labels: str) -> float:
        [found] = [
            one for one in self.told(now).samples if (one.name, one.labels) == (name, labels)
        ]
        return found.value


def test_what_is_told_comes_out_as_it_went_in(tmp_path: Path) -> None:
    told = Box(tmp_path).told()
    assert (told.version, told.slot, told.board, told.at) == ("1.2", "a", "apu2", 100.0)
    known = {metric.name for metric in OF_BOX}
    assert {metric.name for metric, _ in grouped(told.samples)} <= known
    assert sum(len(found) for _, found in grouped(told.samples)) == len(told.samples)
    assert (tmp_path / PLACE).stat().st_mode & 0o777 == 0o644


def test_slots_and_a_fall_back(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.figure("postern_slot_good", slot="a") == 1
    assert box.figure("postern_slot_good", slot="b") == 0
    assert box.figure("postern_boot_fallbacks") == 1
    box.status["slots"] = {"booted": "a", "a": {"state": "good"}, "b": {"state": "empty"}}
    assert box.figure("postern_boot_fallbacks", 100.0 + EVERY) == 0


def test_a_change_that_waits_to_be_confirmed_is_timed_from_when_it_was_seen(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.figure("postern_config_unconfirmed_seconds") == 0
    box.status["pending"] = {"seconds_left": 600.0}
    assert box.figure("postern_config_unconfirmed_seconds", 110.0) == 0
    assert box.figure("postern_config_unconfirmed_seconds", 170.0) == 60.0
    box.status["pending"] = None
    assert box.figure("postern_config_unconfirmed_seconds", 180.0) == 0


def test_clock_and_board_are_trusted_or_not(tmp_path: Path) -> None:
    box = Box(tmp_path, known=False)
    assert box.figure("postern_clock_trusted") == 1
    assert box.figure("postern_board_known") == 0
    box.status["clock_ok"] = False
    assert box.figure("postern_clock_trusted", 110.0) == 0
    assert Box(tmp_path).figure("postern_board_known") == 1


def test_a_watchdog_is_armed_or_not_there(tmp_path: Path) -> None:
    assert Box(tmp_path).figure("postern_watchdog_armed") == 0
    put(tmp_path, "sys/class/watchdog/watchdog0/state", "active\n")
    assert Box(tmp_path).figure("postern_watchdog_armed") == 1


def test_the_wear_of_a_disk_that_says_it(tmp_path: Path) -> None:
    put(tmp_path, "sys/block/mmcblk0/device/life_time", "0x01 0x03\n")
    put(tmp_path, "sys/block/mmcblk1/device/life_time", "junk\n")
    put(tmp_path, "sys/block/mmcblk2/device/life_time", "0x00 0x00\n")
    told = [one for one in Box(tmp_path).told().samples if one.name == "postern_disk_used_ratio"]
    assert told == [Sample("postern_disk_used_ratio", 0.3, {"disk": "mmcblk0"})]


def test_it_is_written_now_and_then_and_gone_when_nobody_wants_it(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.told()
    assert box.figures.deadline() == 100.0 + EVERY
    box.wanted = False
    assert box.told(101.0).at == 100.0
    assert box.told(100.0 + EVERY) == OfBox()
    assert not (tmp_path / PLACE).exists()


def test_half_a_file_is_none(tmp_path: Path) -> None:
    put(tmp_path, PLACE, '{"at": 1, "samples": [[1]]}')
    assert read_figures(tmp_path / PLACE) == OfBox()
    put(tmp_path, PLACE, "{")
    assert read_figures(tmp_path / PLACE) == OfBox()
