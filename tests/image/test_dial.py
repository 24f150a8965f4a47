"""A real client dials through the box to a real PPTP server: the lab is plugged into its ports."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.cables import cables
from tests.image.figures import Figures
from tests.image.files import provision, stick
from tests.image.log_in import log_in
from tests.interop.lab.boot import play
from tests.interop.lab.topology import OUTSIDE
from tests.interop.netns import need_root
from tests.interop.scenarios.through_the_box import PINGED, UP

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "through_the_box"


def test_a_client_behind_a_nat_reaches_the_old_server_through_the_box(
    places: Places, settled: Path, place: Path, figures: Figures
) -> None:
    need_root()
    usb = stick(places, place / "stick.img", {"provision.toml": provision()})
    seen: list[str] = []
    sessions: list[dict[str, Any]] = []
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        stack.enter_context(wires.space)
        made = make_box(settled, place, nets=wires.nets, drives=(usb,))
        box = stack.enter_context(Appliance(made))
        box.accepting()
        box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", 120)
        log_in(box)
        box.console.choose("1", "-- Status and live sessions")

        def look(name: str, seconds: float, text: str) -> None:
            print(f"{name} {seconds:6.2f} s  {text}", flush=True)
            if text.startswith(UP):
                seen.append(box.console.wait(" rfc", 30))
            if text == PINGED:
                sessions.extend(box.ask_gateway("sessions"))

        played = play([SCENARIO], look, taps=wires.lab)[SCENARIO]
        assert played.error == ""
    (place / "session.txt").write_text(seen[0] + "\n")
    facts = played.facts
    (session,) = sessions
    assert facts["received"] == [5, 5, 3]
    assert (session["state"], session["client_ip"]) == ("up", facts["address"])
    assert session["natt"] == "rfc3947"
    assert set(session["drops"]) <= {"gre_queue_full"}  # by which TCP finds its speed
    figures.add("a dial through the box, in emulation", facts["dial_ms"] / 1000, "s")
    figures.add("ping through the box, in emulation", facts["rtt_ms"], "ms")
    figures.add("TCP up through the box, in emulation", facts["tcp_up_mbit"], "Mbit/s")
    figures.add("TCP down through the box, in emulation", facts["tcp_down_mbit"], "Mbit/s")
