"""The kernel of the real image carries two clients while the daemon stands still, or is killed."""

import time
from pathlib import Path
from typing import Any

import pytest

from image.places import Places
from tests.image.appliance import Appliance
from tests.image.files import provision
from tests.image.wired import heard_out, wired_box
from tests.interop.lab.boot import LOGS, play
from tests.interop.scenarios.two_through_the_box import (
    COUNT,
    GO_ON,
    KILL,
    LOOK,
    STEPS,
    STOP,
    done,
)

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "two_through_the_box"
PID = "systemctl show -P MainPID postern.service"
STATE = f"grep ^State: /proc/$({PID})/status"
LONGEST = 120.0  # seconds for another daemon, in emulation


class Owner:
    """Does to the daemon what the scenario asks for, and looks at it."""

    def __init__(self, box: Appliance) -> None:
        self.box = box
        self.states: list[str] = []  # of its process, at the beginning and the end of its standing
        # Before it stood still, after that, and after it was killed.
        self.sessions: list[list[dict[str, Any]]] = []

    def look(self, name: str, seconds: float, text: str) -> None:
        print(f"{name} {seconds:6.2f} s  {text}", flush=True)
        if text in STEPS:
            {STOP: self._stop, GO_ON: self._go_on, KILL: self._kill, LOOK: self._note}[text]()
            (LOGS / done(text)).touch()

    def _stop(self) -> None:
        """The watchdog would take a daemon that stands still for a broken one, as it should."""
        self._note()
        self.box.probe("systemctl service-watchdogs no")
        self.box.probe("systemctl kill -s SIGSTOP postern.service")
        self._note_state()

    def _go_on(self) -> None:
        self._note_state()
        self.box.probe("systemctl kill -s SIGCONT postern.service")
        self._note()
        self.box.probe("systemctl service-watchdogs yes")

    def _kill(self) -> None:
        before = self.box.probe(PID)
        self.box.probe("systemctl kill -s SIGKILL postern.service")
        began = time.monotonic()
        end = began + LONGEST
        self.box.probe.until(f'p=$({PID}); test "$p" != 0 -a "$p" != {before.strip()}', LONGEST)
        self.box.probe.until("systemctl -q is-active postern.service", end - time.monotonic())
        print(f"another daemon is ready after {time.monotonic() - began:.0f} s", flush=True)

    def _note(self) -> None:
        self.sessions.append(self.box.ask_gateway("sessions"))

    def _note_state(self) -> None:
        self.states.append(self.box.probe(STATE).split()[1])


def judge(facts: dict[str, Any], owner: Owner) -> None:
    before, stood, killed = owner.sessions
    assert facts["hung_up"] == [False, False]
    assert owner.states == ["T", "T"]
    assert facts["stopped"] == [COUNT] * 4
    assert facts["killed"] == [[COUNT] * 4] * len(facts["killed"])
    assert [one["id"] for one in stood] == [one["id"] for one in before]
    assert [one["id"] for one in killed] == [one["id"] for one in before]
    for sessions in owner.sessions:
        assert [one["carrier"] for one in sessions] == ["kernel"] * 2
        assert [one["state"] for one in sessions] == ["up"] * 2
    for earlier, later in zip((*before, *stood), (*stood, *killed), strict=True):
        for name in ("frames_in", "frames_out"):
            assert later[name] - earlier[name] >= 2 * COUNT  # its own, and the server's


def test_two_behind_one_nat_are_carried_while_the_daemon_stands_still_or_is_killed(
    places: Places, settled: Path, place: Path
) -> None:
    text = provision().replace('kind = "pptp"', 'kind = "pptp"\ncarrier = "auto"\nshield = false')
    for step in STEPS:
        (LOGS / done(step)).unlink(missing_ok=True)
    with wired_box(places, settled, place, text) as (box, wires), heard_out(box):
        status = box.ask_gateway("status")
        assert (status["carrier"], status["virtual"]) == ("", "nft")
        owner = Owner(box)
        played = play([SCENARIO], owner.look, taps=wires.lab)[SCENARIO]
        assert played.error == ""
        judge(played.facts, owner)
