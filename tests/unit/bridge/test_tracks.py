"""Who carries a session, in a word and a reason."""

from dataclasses import replace

import pytest

from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import Session
from gateway.bridge.tracks import (
    KERNEL,
    KEYLESS,
    NOT_THROUGH,
    UNSETTLED,
    USER,
    carried_by,
    is_ready,
    is_ripe,
    is_settled,
    is_through,
    key_of,
)
from tests.unit.bridge import native_kernel
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


@pytest.mark.usefixtures("kernel_carries")
def test_towards_a_native_server_there_have_to_be_keys_as_well() -> None:
    world = native_kernel.up()
    [session] = native_kernel.sessions_of(world)
    trunk, call = native_kernel.trunk_of(world), native_kernel.call_of(session)
    assert is_ready(call.inside)
    assert is_ripe(call)
    trunk.keys.current = None
    assert not is_ready(call.inside)
    assert not is_ripe(call)
    call.part("")
    assert carried_by(session) == (USER, KEYLESS)


@pytest.mark.usefixtures("kernel_carries")
def test_keys_that_the_kernel_has_yet_to_give_back_are_none() -> None:
    world = native_kernel.up()
    trunk = native_kernel.trunk_of(world)
    [session] = native_kernel.sessions_of(world)
    trunk.track = None
    assert not is_ready(session.inside)
    for pair in trunk.keys.pairs.values():
        pair.held_by = 0
    assert is_ready(session.inside)


@pytest.mark.usefixtures("kernel_carries")
def test_a_call_has_the_number_of_its_leg_inside() -> None:
    pptp, [native] = session_of(carried()), native_kernel.sessions_of(native_kernel.up())
    assert key_of(pptp.inside) == call_of_pptp(pptp)
    assert key_of(native.inside) == native_kernel.inside_of(native).key != 0


def call_of_pptp(session: Session) -> int:
    assert isinstance(session.inside, PptpLeg)
    return session.inside.channel
