"""Who carries a session, in a word and a reason."""

from dataclasses import replace

import pytest

from gateway.bridge.tracks import (
    KERNEL,
    NOT_THROUGH,
    UNSETTLED,
    USER,
    carried_by,
    is_settled,
    is_through,
)
from tests.unit.bridge.kernel_world import call_of, carried, session_of


@pytest.mark.usefixtures("kernel_carries")
def test_a_joined_session_is_the_kernels_and_any_other_has_its_reason() -> None:
    world = carried()
    session, track = session_of(world), call_of(world)
    assert carried_by(session) == (KERNEL, "")
    assert is_through(session)
    track.joined = False
    assert carried_by(session) == (USER, UNSETTLED)
    session.client_ip = ""
    assert not is_through(session)
    assert carried_by(session) == (USER, NOT_THROUGH)
    track.why = "the route says so"
    assert carried_by(session) == (USER, "the route says so")
    session.track = None
    assert carried_by(session) == (USER, "")


@pytest.mark.usefixtures("kernel_carries")
def test_only_a_joined_call_waits_for_its_last_figures() -> None:
    world = carried()
    track = call_of(world)
    assert track.living
    assert track.over_at(5.0)
    assert track.over == 5.0
    track.joined, track.over = False, None
    assert not track.over_at(6.0)
    assert track.over is None


@pytest.mark.usefixtures("kernel_carries")
def test_whoever_has_keys_and_a_sure_place_is_settled() -> None:
    leg = session_of(carried()).leg
    assert is_settled(leg)
    leg.place = replace(leg.place, doubtful=True)
    assert not is_settled(leg)
    leg.place = replace(leg.place, separate=True)
    assert is_settled(leg)
    leg.current = None
    assert not is_settled(leg)
