"""What day it is: by a clock that can be wrong, in the machine's zone, never before a floor."""

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.outputs import Fact, Output, What
from gateway.system.calendar import BUILT, EVERY, Calendar, day_of, floor

EVENING = 1791158399.0  # 4 October 2026, 23:59:59 at Greenwich
FLOOR = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _at_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    yield
    monkeypatch.undo()
    time.tzset()


class Told:
    def __init__(self) -> None:
        self.days: list[tuple[date, float]] = []

    def __call__(self, today: date, now: float) -> list[Output]:
        self.days.append((today, now))
        return [Fact(What.RELOADED)]


def calendar(wall: list[float]) -> tuple[Calendar, Told]:
    found, told = Calendar(FLOOR, 100.0, lambda: wall[0]), Told()
    found.tell = told
    return found, told


def test_a_new_day_is_told_once() -> None:
    wall = [EVENING]
    found, told = calendar(wall)
    assert (found.today(), found.deadline()) == (date(2026, 10, 4), 100.0 + EVERY)
    assert found.handle_timeout(130.0) == []
    wall[0] += 1.0
    assert found.handle_timeout(160.0) == [Fact(What.RELOADED)]
    assert found.handle_timeout(190.0) == []
    assert told.days == [(date(2026, 10, 5), 160.0)]
    assert found.deadline() == 190.0 + EVERY


def test_a_clock_that_is_put_right_later_is_noticed() -> None:
    wall = [0.0]  # the battery is empty
    found, told = calendar(wall)
    assert found.today() == FLOOR
    wall[0] = EVENING
    found.handle_timeout(130.0)
    wall[0] = 4102444800.0  # 2100, by mistake
    found.handle_timeout(160.0)
    wall[0] = EVENING
    found.handle_timeout(190.0)
    assert [day for day, _ in told.days] == [date(2026, 10, 4), date(2100, 1, 1), date(2026, 10, 4)]


def test_no_day_is_before_the_one_on_which_the_program_came(tmp_path: Path) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    for path, moment in ((older, 1000000000.0), (newer, EVENING)):
        path.touch()
        os.utime(path, (moment, moment))
    assert floor([older, newer, tmp_path / "missing"]) == date(2026, 10, 4)
    assert floor([]) == date(1970, 1, 1)
    assert Path(__file__).parents[3] / "gateway/system/calendar.py" in BUILT


def test_the_day_is_that_of_the_machines_own_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert day_of(EVENING) == date(2026, 10, 5)
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    assert day_of(EVENING) == date(2026, 10, 4)
