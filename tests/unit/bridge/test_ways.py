"""Whoever puts calls through knows all that a session asks."""

import pytest

from gateway.bridge.crossing import Crossing
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.switchboard import Switchboard
from gateway.bridge.ways import Detour, Ways
from gateway.ppp.machine import Passage
from gateway.pptp.machine import Caller
from gateway.wire.udp import Endpoint

NAMES = [name for name, value in vars(Ways).items() if name[0] != "_" and callable(value)]


@pytest.mark.parametrize("name", NAMES)
def test_the_switchboard_does_all_that_the_protocol_has(name: str) -> None:
    assert hasattr(Switchboard, name)


def test_a_detour_is_a_leg_a_route_and_its_own_way_across() -> None:
    leg = PptpLeg(1, Caller(1, bytes), 1, None, Endpoint(bytes(4), 1723))
    crossing = Crossing(Passage(1400))
    detour = Detour(leg, "w2k", crossing)
    assert (detour.leg, detour.route, detour.crossing) == (leg, "w2k", crossing)
