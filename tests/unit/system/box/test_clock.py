"""A clock that is never before what has passed."""

import os
from pathlib import Path

from gateway.system.box import clock
from gateway.system.box.places import Places
from tests.unit.system.box.machine import Tools, put

BUILT = 1_800_000_000


def image(root: Path) -> Places:
    path = put(root, "usr/lib/os-release", "ID=postern\n")
    os.utime(path, (BUILT, BUILT))
    return Places(root)


def test_an_empty_battery_shows_the_date_of_the_image(tmp_path: Path) -> None:
    put_to: list[float] = []
    assert clock.mend(image(tmp_path), lambda: 946_684_800.0, put_to.append)
    assert put_to == [BUILT]


def test_a_later_moment_that_was_noted_counts_more(tmp_path: Path) -> None:
    places = image(tmp_path)
    clock.note(places, BUILT + 5000.4)
    assert clock.floor(places) == BUILT + 5000


def test_a_clock_that_is_right_is_let_be(tmp_path: Path) -> None:
    put_to: list[float] = []
    assert not clock.mend(image(tmp_path), lambda: BUILT + 1.0, put_to.append)
    assert put_to == []


def test_without_any_record_there_is_no_floor(tmp_path: Path) -> None:
    assert clock.floor(Places(tmp_path)) == 0.0
    put(tmp_path, "data/postern/state/clock.json", '{"wall": "soon"}')
    assert clock.floor(Places(tmp_path)) == 0.0


def test_a_time_server_was_heard_or_was_not() -> None:
    assert clock.synchronized(Tools(says={"timedatectl show": "yes\n"}))
    assert not clock.synchronized(Tools(says={"timedatectl show": "no\n"}))
    assert not clock.synchronized(Tools(fails={"timedatectl": "no bus"}))


def test_the_clock_of_the_machine_runs() -> None:
    assert clock.wall() > BUILT - 10**9
