"""A real client dials through the box to a real PPTP server: the lab is plugged into its ports."""

from pathlib import Path
from typing import Any

import pytest

from image.places import Places
from tests.image.figures import Figures
from tests.image.files import provision
from tests.image.log_in import log_in
from tests.image.wired import wired_box
from tests.interop.lab.boot import play
from tests.interop.scenarios.through_the_box import PINGED, UP

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "through_the_box"


def test_a_client_behind_a_nat_reaches_the_old_server_through_the_box(
    places: Places, settled: Path, place: Path, figures: Figures
) -> None:
    seen: list[str] = []
    sessions: list[dict[str, Any]] = []
    with wired_box(places, settled, place, provision()) as (box, wires):
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
