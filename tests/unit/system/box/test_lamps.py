"""What the lamps say, and when."""

from pathlib import Path

import pytest

from gateway.control.button import Meant
from gateway.control.profile import Led
from gateway.system.box.lamps import EVERY, Lamps, state_of
from gateway.system.leds import Leds, State
from tests.unit.system.box.machine import put

LED = Led("status", ("box:green:1",))


def lamps(root: Path, sessions: int | None) -> Lamps:
    for name in ("trigger", "brightness", "max_brightness", "delay_on", "delay_off"):
        put(root, f"sys/class/leds/box:green:1/{name}", "1")
    return Lamps(Leds((LED,), root), lambda: State.READY, lambda: sessions)


def shown(root: Path) -> str:
    return (root / "sys/class/leds/box:green:1/trigger").read_text()


def test_a_box_that_works_has_a_steady_light(tmp_path: Path) -> None:
    one = lamps(tmp_path, 0)
    one.handle_timeout(5.0)
    assert shown(tmp_path) == "none"
    assert one.deadline() == 5.0 + EVERY


def test_a_gateway_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    lamps(tmp_path, None).handle_timeout(5.0)
    assert shown(tmp_path) == "timer"


def test_before_its_time_and_without_lamps_nobody_is_asked(tmp_path: Path) -> None:
    answers = iter([1])
    none = Lamps(Leds((LED,), tmp_path), lambda: State.READY, lambda: next(answers))
    none.handle_timeout(5.0)
    assert none.deadline() is None
    assert next(answers) == 1


def test_what_cannot_wait_is_shown_at_once(tmp_path: Path) -> None:
    one = lamps(tmp_path, 0)
    one.handle_timeout(5.0)
    one.hurry()
    assert one.deadline() == 0.0
    none = Lamps(Leds((LED,), tmp_path / "none"), lambda: State.READY, lambda: 0)
    none.hurry()
    assert none.deadline() is None


def test_the_button_comes_before_everything() -> None:
    for meant, state in ((Meant.RESCUE, State.RESCUE), (Meant.RESET, State.RESET)):
        assert state_of(claimed=True, pending=True, upgrading=True, meant=meant) is state


@pytest.mark.parametrize(
    ("claimed", "pending", "upgrading", "state"),
    [
        (False, False, False, State.UNCLAIMED),
        (True, False, False, State.READY),
        (True, True, False, State.UNCONFIRMED),
        (True, True, True, State.UPGRADING),
    ],
)
def test_the_most_urgent_is_shown(
    claimed: bool, pending: bool, upgrading: bool, state: State
) -> None:
    assert state_of(claimed=claimed, pending=pending, upgrading=upgrading) is state
