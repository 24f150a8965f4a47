"""The lamps on the case: what each state of the box looks like, and setting it.

A box may have three lamps, one, or none. With one, a fault shows on the status lamp too.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final

from gateway.control.profile import Led

ROOT = Path("/")


class Light(Enum):
    """What a lamp does. Blinking is milliseconds on and off."""

    OFF = (0, 0)
    ON = (1, 0)
    SLOW = (500, 500)
    FAST = (100, 100)
    FLASH = (50, 950)


class State(Enum):
    """What the box is doing, as far as somebody in front of it should see."""

    STARTING = "starting"
    UNCLAIMED = "unclaimed"  # no owner yet
    READY = "ready"  # accepts dials
    UNCONFIRMED = "unconfirmed"  # a change goes back by itself unless somebody confirms it
    UPGRADING = "upgrading"  # do not switch off
    FAULT = "fault"
    RESCUE = "rescue"  # the button, let go now
    RESET = "reset"  # the button, held on


LIGHTS: Final[dict[State, dict[str, Light]]] = {
    State.STARTING: {"status": Light.SLOW, "fault": Light.OFF},
    State.UNCLAIMED: {"status": Light.FLASH, "fault": Light.OFF},
    State.READY: {"status": Light.ON, "fault": Light.OFF},
    State.UNCONFIRMED: {"status": Light.ON, "fault": Light.FAST},
    State.UPGRADING: {"status": Light.FAST, "fault": Light.OFF},
    State.FAULT: {"status": Light.OFF, "fault": Light.ON},
    State.RESCUE: {"status": Light.SLOW, "fault": Light.SLOW},
    State.RESET: {"status": Light.FAST, "fault": Light.FAST},
}
ALONE: Final[dict[State, Light]] = {  # where the status lamp is the only one
    State.UNCONFIRMED: Light.FAST,
    State.FAULT: Light.FLASH,
    State.UNCLAIMED: Light.SLOW,
}


def lights(state: State, sessions: int, roles: frozenset[str]) -> dict[str, Light]:
    """What each lamp that is there shows."""
    wanted = {**LIGHTS[state], "sessions": Light.ON if sessions else Light.OFF}
    if "fault" not in roles:
        wanted["status"] = ALONE.get(state, wanted["status"])
    return {role: light for role, light in wanted.items() if role in roles}


class Leds:
    """The lamps that are there. A lamp that cannot be set is let be: it is no reason to stop."""

    def __init__(self, planned: tuple[Led, ...], root: Path = ROOT) -> None:
        folder = root / "sys/class/leds"
        found = {
            led.role: next((folder / name for name in led.names if (folder / name).is_dir()), None)
            for led in planned
        }
        self._lamps = {role: lamp for role, lamp in found.items() if lamp}
        self._shown: dict[str, Light] = {}

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self._lamps)

    def show(self, state: State, sessions: int = 0) -> list[str]:
        """Set what has changed; the roles of lamps that could not be set."""
        return self._set(lights(state, sessions, self.roles))

    def _set(self, wanted: Mapping[str, Light]) -> list[str]:
        failed = []
        for role, light in wanted.items():
            if self._shown.get(role) == light:
                continue
            try:
                _write(self._lamps[role], light)
                self._shown[role] = light
            except OSError:
                failed.append(role)
        return failed


def _write(lamp: Path, light: Light) -> None:
    on, off = light.value
    if off:
        (lamp / "trigger").write_text("timer")  # makes the next two files
        (lamp / "delay_on").write_text(str(on))
        (lamp / "delay_off").write_text(str(off))
        return
    (lamp / "trigger").write_text("none")
    brightest = (lamp / "max_brightness").read_text().strip() if on else "0"
    (lamp / "brightness").write_text(brightest)
