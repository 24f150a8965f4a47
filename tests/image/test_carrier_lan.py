"""The kernel of the real image carries a client into the LAN, where PPP ends at the box by pppd."""

from pathlib import Path

import pytest

from image.places import Places
from tests.image.files import provision
from tests.image.test_lan import SECRETS
from tests.image.wired import carried, wired_box
from tests.interop.lab import lan
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.traffic import INTO_THE_LAN
from tests.interop.scenarios.two_through_the_box import COUNT

pytestmark = [pytest.mark.image, pytest.mark.alone]


def configuration() -> str:
    """As the lab's usual box, with its one route into the LAN."""
    route = f'route = "{lan.NAME}"\nreach = ["everything"]'
    return provision().partition("[[route]]")[0].replace('route = "old-nt4"', route) + INTO_THE_LAN


def test_a_call_into_the_lan_is_the_kernels_on_the_box_too(
    places: Places, settled: Path, place: Path
) -> None:
    with wired_box(places, settled, place, configuration()) as (box, wires):
        box.probe(f"echo 'operator {lan.NAME} {USERS['operator']} *' >{SECRETS}")
        facts, session = carried(box, wires, "lan_through_the_box")
        assert session["inside_kind"] == "PPP"
        assert facts == {"received": [COUNT, COUNT]}
        assert min(session["frames_in"], session["frames_out"]) >= 2 * COUNT
        box.probe.until("! ip link show dev postern0", 60)
