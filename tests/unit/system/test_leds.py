"""Lamps, on a tree of files."""

from pathlib import Path

import pytest

from gateway.control.profile import Led
from gateway.control.profile_schema import LED_ROLES
from gateway.system.leds import LIGHTS, Leds, Light, State, lights
from tests.boards import add_led

ALL = frozenset(LED_ROLES)
THREE = (
    Led("status", ("apu2:green:led1", "apu:green:1")),
    Led("sessions", ("apu2:green:led2", "apu:green:2")),
    Led("fault", ("apu2:green:led3", "apu:green:3")),
)


def lamp(root: Path, name: str) -> dict[str, str]:
    folder = root / "sys/class/leds" / name
    return {file.name: file.read_text().strip() for file in folder.iterdir()}


def test_every_state_has_its_lights() -> None:
    assert set(LIGHTS) == set(State)


@pytest.mark.parametrize("roles", [ALL, frozenset({"status"})], ids=len)
def test_states_look_different(roles: frozenset[str]) -> None:
    bad = {State.FAULT, State.RESCUE, State.RESET, State.UNCONFIRMED}
    ready = lights(State.READY, 0, roles)
    assert all(lights(state, 0, roles) != ready for state in bad | {State.UPGRADING})


def test_sessions_have_a_lamp_of_their_own() -> None:
    assert lights(State.READY, 0, ALL)["sessions"] == Light.OFF
    assert lights(State.READY, 3, ALL)["sessions"] == Light.ON


def test_the_first_name_that_is_there_is_the_lamp(tmp_path: Path) -> None:
    add_led(tmp_path, "apu:green:1")
    leds = Leds(THREE, tmp_path)
    assert leds.roles == {"status"}
    assert leds.show(State.READY) == []
    assert lamp(tmp_path, "apu:green:1")["brightness"] == "255"


def test_blinking_is_the_kernels_work(tmp_path: Path) -> None:
    add_led(tmp_path, "apu:green:1")
    Leds(THREE, tmp_path).show(State.STARTING)
    shown = lamp(tmp_path, "apu:green:1")
    assert (shown["trigger"], shown["delay_on"], shown["delay_off"]) == ("timer", "500", "500")


def test_only_what_changed_is_set(tmp_path: Path) -> None:
    add_led(tmp_path, "apu:green:1")
    leds = Leds(THREE, tmp_path)
    leds.show(State.READY)
    (tmp_path / "sys/class/leds/apu:green:1/brightness").write_text("7")
    leds.show(State.READY)
    assert lamp(tmp_path, "apu:green:1")["brightness"] == "7"


def test_a_lamp_that_cannot_be_set_is_told_and_tried_again(tmp_path: Path) -> None:
    add_led(tmp_path, "apu:green:1")
    leds = Leds(THREE, tmp_path)
    (tmp_path / "sys/class/leds/apu:green:1/max_brightness").unlink()
    assert leds.show(State.READY) == ["status"]
    add_led(tmp_path, "apu:green:1")
    assert leds.show(State.READY) == []


def test_a_box_without_lamps_shows_nothing(tmp_path: Path) -> None:
    assert Leds(THREE, tmp_path).show(State.FAULT) == []
