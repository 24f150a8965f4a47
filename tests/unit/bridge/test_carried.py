"""What the kernel carries, as values; whole stories are in tests/pair/test_restart_kernel.py."""

from dataclasses import replace

import pytest

from gateway.bridge.carried import (
    AHEAD,
    MOST_BYTES,
    LegCarried,
    can_be_had,
    describe_call,
    describe_leg,
    in_transit,
    numbers_of,
    take_up_call,
    take_up_leg,
)
from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.paths import LONGEST, leg_path
from gateway.bridge.tracks import LegTrack
from gateway.esp.numbers import LAST_SEQUENCE
from gateway.paths import Left
from gateway.system.kernel_sas import association
from gateway.wire.record import build_record, parse_record
from gateway.wire.xfrm import build_association
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.unit.bridge.kernel_world import call_of, carried, session_of

pytestmark = pytest.mark.usefixtures("kernel_carries")


def up() -> tuple[World, ClientLeg, LegCarried]:
    world = carried()
    leg = session_of(world).leg
    value = describe_leg(leg)
    assert value is not None
    return world, leg, value


def test_a_leg_comes_back_as_it_was() -> None:
    world, leg, value = up()
    track, carrier = leg.track, world.core.carrier
    assert isinstance(track, LegTrack)
    carrier.legs.clear()
    (standing,) = ({(track.virtual, spi, True): 77} for spi in leg.pairs)
    take_up_leg(carrier, leg, value, Left(standing, True))
    again = carrier.legs[value.number]
    assert again is leg.track
    assert again is not track
    assert (again.virtual, again.pairs, again.tunnel) == (track.virtual, track.pairs, track.tunnel)
    assert list(again.heard.values()) == [77]
    assert again.inherited
    assert describe_leg(leg) == value
    assert parse_record(LegCarried, build_record(value)) == value


def test_a_joined_call_comes_back_joined() -> None:
    world, _, _ = up()
    session, track = session_of(world), call_of(world)
    track.counted = (1, 2, 3, 4)
    value = describe_call(session)
    track.joined, track.counted = False, (0, 0, 0, 0)
    take_up_call(session, value)
    assert (track.joined, track.counted, track.inherited) == (True, (1, 2, 3, 4), True)
    take_up_call(session, None)
    assert track.joined


def test_a_call_that_is_to_be_the_daemons_comes_back_apart() -> None:
    world, _, _ = up()
    session, track = session_of(world), call_of(world)
    value = describe_call(session)
    track.joined, track.why = False, "the route says so"
    take_up_call(session, value)
    assert (track.joined, track.inherited) == (False, True)


def test_of_whom_the_kernel_has_nothing_there_is_nothing_to_say() -> None:
    world = meet(route={"carrier": "user"})
    world.dial(world.join(nat=Nat(NAT)))
    session = session_of(world)
    assert (describe_leg(session.leg), describe_call(session)) == (None, None)
    assert not in_transit(session.leg)
    assert can_be_had(world.core.carrier, None, ())


def test_what_makes_no_sense_is_not_had() -> None:
    world, leg, value = up()
    carrier, spis = world.core.carrier, list(leg.pairs)
    assert not can_be_had(carrier, value, spis)  # the number is in use
    carrier.legs.clear()
    assert can_be_had(carrier, value, spis)
    assert not can_be_had(carrier, value, [])
    (pair,) = value.pairs
    for broken in (
        replace(value, number=0),
        replace(value, number=1 << 16),
        replace(value, pairs=(replace(pair, sent=-1),)),
        replace(value, pairs=(replace(pair, heard=1 << 32),)),
        replace(value, pairs=(replace(pair, soft=(0, None)),)),
        replace(value, pairs=(replace(pair, hard=(None, 1 << 62)),)),
        replace(value, pairs=(replace(pair, seconds=-1),)),
    ):
        assert not can_be_had(carrier, broken, spis)


def test_numbers_are_the_kernels_and_what_is_not_there_is_used_up() -> None:
    world, leg, value = up()
    carrier = world.core.carrier
    virtual, (pair,) = carrier.virtual(value.number), leg.pairs.values()
    spis = pair.inbound.spi, pair.outbound.spi
    left = Left({(virtual, spis[0], True): 5, (virtual, spis[1], False): 9}, True)
    assert numbers_of(carrier, value, spis, True, left) == (5, 9 + AHEAD)
    assert numbers_of(carrier, value, spis, False, left) == (5, 0)
    assert numbers_of(carrier, value, spis, True, Left()) == (LAST_SEQUENCE, LAST_SEQUENCE)
    assert numbers_of(carrier, value, (1, 2), True, left) == (0, 0)
    assert numbers_of(carrier, None, spis, True, left) == (0, 0)


def test_a_leg_that_leaves_the_kernel_is_in_transit_until_all_is_counted() -> None:
    world, leg, _ = up()
    assert not in_transit(leg)
    track = leg.track
    assert isinstance(track, LegTrack)
    asked, track.asked = track.asked, None
    assert in_transit(leg)
    track.asked, leg.track = asked, None
    assert in_transit(leg)
    for pair in leg.pairs.values():
        pair.held_by = 0
    assert not in_transit(leg)


def test_the_largest_numbers_that_are_had_fit_what_the_kernel_is_told() -> None:
    world, leg, value = up()
    carrier, spis = world.core.carrier, list(leg.pairs)
    carrier.legs.clear()
    (pair,) = value.pairs
    most = (MOST_BYTES - 1, MOST_BYTES - 1)
    largest = replace(
        pair, sent=LAST_SEQUENCE, heard=LAST_SEQUENCE, seconds=LONGEST, soft=most, hard=most
    )
    value = replace(value, pairs=(largest,))
    assert can_be_had(carrier, value, spis)
    take_up_leg(carrier, leg, value, Left({}, True))
    track = leg.track
    assert isinstance(track, LegTrack)
    path = leg_path(leg, track.virtual, track.handovers, track.tunnel, track.mapped)
    assert path.outbound is not None
    for sa, inbound in ((path.inbound[0], True), (path.outbound, False)):
        assert build_association(association(path, sa, inbound))
