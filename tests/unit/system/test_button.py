"""Events of a button, through a real pipe in the place of its device."""

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.button import KEYS, Meant
from gateway.control.profile import Button
from gateway.system.button import EV_KEY, EVENT, LOOK, CaseButton
from tests.unit.system.box.machine import put

PLANNED = Button(("apu2-keys", "gpio-keys"), ("BTN_1", "KEY_RESTART"))
RESTART = KEYS["KEY_RESTART"]


class Bench:
    """A board on which the button is a pipe; `hold` is what a finger does."""

    def __init__(self, root: Path, name: str = "gpio-keys") -> None:
        self.root = root
        self.acts: list[Meant] = []
        self.shown: list[Meant] = []
        self.plug(name)
        self.button = CaseButton(PLANNED, self.acts.append, self.shown.append, root)

    def plug(self, name: str) -> None:
        put(self.root, "sys/class/input/event3/device/name", f"{name}\n")
        (self.root / "dev/input").mkdir(parents=True, exist_ok=True)
        os.mkfifo(self.root / "dev/input/event3")

    def finger(self) -> int:
        return os.open(self.root / "dev/input/event3", os.O_WRONLY | os.O_NONBLOCK)

    def send(self, finger: int, now: float, *events: tuple[int, int, int]) -> None:
        os.write(finger, b"".join(EVENT.pack(1, 2, *event) for event in events))
        self.button.serve(now)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    found.button.handle_timeout(0.0)
    yield found
    found.button.close()


def test_held_for_a_second_it_asks_for_rescue_and_the_lamps_follow(bench: Bench) -> None:
    finger = bench.finger()
    bench.send(finger, 100.0, (EV_KEY, RESTART, 1), (0, 0, 0))
    assert bench.button.deadline() == 100.5
    bench.button.handle_timeout(100.5)
    assert (bench.shown, bench.acts) == ([Meant.RESCUE], [])
    bench.send(finger, 101.0, (EV_KEY, RESTART, 0), (0, 0, 0))
    assert (bench.shown, bench.acts) == ([Meant.RESCUE, Meant.NOTHING], [Meant.RESCUE])
    assert bench.button.deadline() is None
    os.close(finger)


def test_held_for_ten_it_asks_for_a_reset(bench: Bench) -> None:
    finger = bench.finger()
    bench.send(finger, 100.0, (EV_KEY, RESTART, 1))
    for held in (0.5, 3.0, 10.0):
        bench.send(finger, 100.0 + held, (EV_KEY, RESTART, 2))  # the kernel repeats a held key
    bench.send(finger, 111.0, (EV_KEY, RESTART, 0))
    assert bench.shown == [Meant.RESCUE, Meant.RESET, Meant.NOTHING]
    assert bench.acts == [Meant.RESET]
    os.close(finger)


def test_other_keys_and_other_kinds_of_events_are_not_its_own(bench: Bench) -> None:
    finger = bench.finger()
    bench.send(finger, 100.0, (EV_KEY, 30, 1), (1 + EV_KEY, RESTART, 1), (EV_KEY, RESTART, 7))
    bench.send(finger, 105.0, (EV_KEY, 30, 0))
    assert (bench.acts, bench.shown) == ([], [])
    os.close(finger)


def test_half_an_event_is_none(bench: Bench) -> None:
    finger = bench.finger()
    os.write(finger, EVENT.pack(1, 2, EV_KEY, RESTART, 1)[:-5])
    bench.button.serve(100.0)
    assert bench.button.deadline() is None
    os.close(finger)


def test_a_device_that_goes_is_looked_for_again(bench: Bench) -> None:
    finger = bench.finger()
    bench.send(finger, 100.0, (EV_KEY, RESTART, 1))
    os.close(finger)
    bench.button.serve(108.0)  # a key that can no longer be let go means nothing
    assert bench.button.deadline() == 0.0
    bench.button.handle_timeout(109.0)
    finger = bench.finger()
    bench.send(finger, 120.0, (EV_KEY, RESTART, 0))
    assert bench.acts == []
    os.close(finger)


def test_a_device_of_another_name_is_left_alone_and_one_may_come_late(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "AT Translated Set 2 keyboard")
    bench.button.handle_timeout(7.0)
    assert bench.button.deadline() == 7.0 + LOOK
    put(tmp_path, "sys/class/input/event3/device/name", "apu2-keys\n")
    bench.button.handle_timeout(7.0 + LOOK)
    assert bench.button.deadline() is None
    bench.button.close()


def test_a_device_that_cannot_be_opened_is_tried_again(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/input/event0/device/name", "gpio-keys")
    button = CaseButton(PLANNED, print, print, tmp_path)
    button.handle_timeout(1.0)
    assert button.deadline() == 1.0 + LOOK
    button.close()


@pytest.mark.parametrize("planned", [Button(), Button(("x",)), Button((), ("BTN_1",))])
def test_a_board_without_a_button_is_never_looked_at(tmp_path: Path, planned: Button) -> None:
    button = CaseButton(planned, print, print, tmp_path)
    assert button.deadline() is None
    assert select.select([button], [], [], 0)[0] == []
    button.close()
