"""The kernel of the real image carries two clients while the daemon stands still."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.cables import cables
from tests.image.files import provision, stick
from tests.interop.lab.boot import LOGS, play
from tests.interop.lab.gateway import carried_by
from tests.interop.lab.topology import OUTSIDE
from tests.interop.netns import need_root
from tests.interop.scenarios.two_through_the_box import COUNT, PINGED, STOPPED, UP

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "two_through_the_box"
STATE = "grep ^State: /proc/$(systemctl show -P MainPID postern.service)/status"


def test_two_behind_one_nat_are_carried_while_the_daemon_is_stopped(
    places: Places, settled: Path, place: Path
) -> None:
    need_root()
    text = carried_by(provision(), "kernel")
    usb = stick(places, place / "stick.img", {"provision.toml": text})
    stopped = LOGS / STOPPED
    stopped.unlink(missing_ok=True)
    states: list[str] = []
    sessions: list[dict[str, Any]] = []
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        stack.enter_context(wires.space)
        box = stack.enter_context(
            Appliance(make_box(settled, place, nets=wires.nets, drives=(usb,)))
        )
        box.accepting()
        box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", 120)
        assert box.ask_gateway("status")["carrier"] == ""

        def look(name: str, seconds: float, text: str) -> None:
            print(f"{name} {seconds:6.2f} s  {text}", flush=True)
            if text == UP:
                sessions.extend(box.ask_gateway("sessions"))
                box.probe("systemctl kill -s SIGSTOP postern.service")
                states.append(box.probe(STATE))
                stopped.touch()
            if text == PINGED:
                states.append(box.probe(STATE))
                box.probe("systemctl kill -s SIGCONT postern.service")
                sessions.extend(box.ask_gateway("sessions"))

        played = play([SCENARIO], look, taps=wires.lab)[SCENARIO]
        assert played.error == ""
    assert [state.split()[1] for state in states] == ["T", "T"]
    assert played.facts["received"] == [COUNT] * 4
    assert [one["carrier"] for one in sessions] == ["kernel"] * 4
    assert [one["state"] for one in sessions] == ["up"] * 4
