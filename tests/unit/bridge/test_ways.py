"""What a session asks of others."""

from gateway.bridge.tracks import CallTrack
from gateway.bridge.ways import Detour, Follower
from gateway.ppp.machine import Passage
from tests.unit.bridge.kernel_world import carried, session_of


def test_whoever_tracks_a_call_follows_its_session() -> None:
    session = session_of(carried())
    follower: Follower | None = session.track
    assert isinstance(follower, CallTrack)
    assert not follower.over_at(1.0)  # user space knows all figures at once


def test_a_detour_is_a_server_a_route_and_a_watch_of_its_own() -> None:
    session = session_of(carried())
    passage = Passage(1400)
    detour = Detour(session.inside, "other", passage)
    assert (detour.route, detour.passage) == ("other", passage)
