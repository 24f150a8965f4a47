"""What a session asks of others."""

import pytest

from gateway.bridge.crossing import Crossing
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.switchboard import Switchboard
from gateway.bridge.tracks import CallTrack
from gateway.bridge.ways import Detour, Follower, Ways
from gateway.ppp.machine import Passage
from gateway.pptp.machine import Caller
from gateway.wire.udp import Endpoint
from tests.unit.bridge.kernel_world import carried, session_of

NAMES = [name for name, value in vars(Ways).items() if name[0] != "_" and callable(value)]


def test_whoever_tracks_a_call_follows_its_session() -> None:
    session = session_of(carried())
    follower: Follower | None = session.track
    assert isinstance(follower, CallTrack)
    assert not follower.over_at(1.0)  # user space knows all figures at once


@pytest.mark.parametrize("name", NAMES)
def test_the_switchboard_does_all_that_the_protocol_has(name: str) -> None:
    assert hasattr(Switchboard, name)


def test_a_detour_is_a_leg_a_route_and_its_own_way_across() -> None:
    leg = PptpLeg(1, Caller(1, bytes), 1, None, Endpoint(bytes(4), 1723))
    crossing = Crossing(Passage(1400))
    detour = Detour(leg, "w2k", crossing)
    assert (detour.leg, detour.route, detour.crossing) == (leg, "w2k", crossing)
