"""The kernel of the real image carries a client into the LAN, where PPP ends at the box by pppd."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.cables import cables
from tests.image.files import provision, stick
from tests.image.test_carrier import heard_out
from tests.image.test_lan import SECRETS
from tests.interop.lab import lan
from tests.interop.lab.boot import play
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.topology import OUTSIDE
from tests.interop.lab.traffic import INTO_THE_LAN
from tests.interop.netns import need_root
from tests.interop.scenarios.native_through_the_box import LOOK
from tests.interop.scenarios.two_through_the_box import COUNT

pytestmark = [pytest.mark.image, pytest.mark.alone]
SCENARIO = "lan_through_the_box"


def configuration() -> str:
    """As the lab's usual box, with its one route into the LAN."""
    route = f'route = "{lan.NAME}"\nreach = ["everything"]'
    return provision().partition("[[route]]")[0].replace('route = "old-nt4"', route) + INTO_THE_LAN


def test_a_call_into_the_lan_is_the_kernels_on_the_box_too(
    places: Places, settled: Path, place: Path
) -> None:
    need_root()
    usb = stick(places, place / "stick.img", {"provision.toml": configuration()})
    seen: list[list[dict[str, Any]]] = []
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        stack.enter_context(wires.space)
        made = make_box(settled, place, nets=wires.nets, drives=(usb,))
        box = stack.enter_context(Appliance(made))
        box.accepting()
        box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", 120)
        box.probe(f"echo 'operator {lan.NAME} {USERS['operator']} *' >{SECRETS}")
        assert box.ask_gateway("status")["virtual"] == "nft"
        stack.enter_context(heard_out(box))

        def look(name: str, seconds: float, text: str) -> None:
            print(f"{name} {seconds:6.2f} s  {text}", flush=True)
            seen.extend([box.ask_gateway("sessions")] if text == LOOK else [])

        played = play([SCENARIO], look, taps=wires.lab)[SCENARIO]
        assert played.error == ""
        [[session]] = seen
        assert (session["carrier"], session["carrier_why"]) == ("kernel", "")
        assert session["inside_kind"] == "PPP"
        assert played.facts == {"received": [COUNT, COUNT]}
        assert min(session["frames_in"], session["frames_out"]) >= 2 * COUNT
        box.probe.until("! ip link show dev postern0", 60)
