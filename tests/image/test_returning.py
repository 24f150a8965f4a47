"""A real client has a session, the box restarts into an update, and the client stays away."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.bundles import Update
from tests.image.cables import cables
from tests.image.files import provision
from tests.image.test_update import BACK, install, plug, reboot
from tests.interop.lab.boot import play
from tests.interop.lab.topology import OUTSIDE
from tests.interop.netns import need_root
from tests.interop.scenarios.through_the_box import UP

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "through_the_box"
WAITED_FOR = "\n[upgrade]\nredial_minutes = 2\n"
ADDRESSES = 300.0  # seconds


def test_a_machine_that_stays_away_after_an_update_takes_the_box_back(
    places: Places, settled: Path, place: Path
) -> None:
    need_root()
    usb = plug(places, place, Update("9.8.0"), {"provision.toml": provision() + WAITED_FOR})
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        stack.enter_context(wires.space)
        made = make_box(settled, place, nets=wires.nets, drives=(usb,))
        box = stack.enter_context(Appliance(made))
        assert box.boot().slot == "A"
        box.confirmed()
        box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", ADDRESSES)
        install(box)

        def look(name: str, seconds: float, text: str) -> None:
            print(f"{name} {seconds:6.2f} s  {text}", flush=True)
            if text.startswith(UP):
                reboot(box)

        play([SCENARIO], look, taps=wires.lab)  # its pings fail then, and the client is gone
        assert [box.boot(BACK).slot, box.boot(BACK).slot] == ["B", "A"]
        box.confirmed()
        notes = "\n".join(box.ask("status")["notes"])
    told = "press had a session before the update to 9.8.0 and none within 2 min of its start"
    assert f"the box has gone back to slot A by itself: {told}" in notes
