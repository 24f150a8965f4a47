"""Which ways to native servers the kernel carries."""

import pytest

from gateway.bridge.carrier_trunks import LOST_MOST
from gateway.bridge.crossing import CONFINES, READS
from gateway.outputs import What
from gateway.paths import Abilities, L2tpEnd, LegRefused
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import INSIDE, client_entry
from tests.pair.native_world import NATIVE, Native
from tests.unit.bridge.native_kernel import (
    call_of,
    got,
    inside_of,
    kernel_of,
    sessions_of,
    talk,
    told,
    track_of,
    trunk_of,
    up,
)
from tests.unit.bridge.test_carrier import NOWHERE_NEAR, let_reach

pytestmark = pytest.mark.usefixtures("kernel_carries")


def refuse(world: Native, reason: str) -> None:
    """The kernel has nothing of the trunk any more."""
    kernel_of(world).told.append(LegRefused(track_of(world).number, reason))
    kernel_of(world).legs.pop(track_of(world).number)
    world.net.send(world.gateway._told(world.net.now))
    world.net.run_for(1.0)


def test_a_call_to_a_native_server_is_joined_with_its_clients_in_the_kernel() -> None:
    world = up()
    talk(world, 5)
    [session] = sessions_of(world)
    track, inside = track_of(world), inside_of(session)
    path = kernel_of(world).legs[track.number].path
    assert (path.near, path.peer.host, path.peer.port) == (
        host_bytes(INSIDE), host_bytes(NATIVE), 0,
    )  # fmt: skip
    assert path.virtual == world.core.carrier.virtual(track.number)
    lac = inside.trunk.lac
    asked = call_of(session).asked
    assert asked is not None
    assert asked.inside == L2tpEnd(
        track.number, lac.tunnel, lac.peer_tunnel, inside.call_id, inside.peer_call
    )
    assert (told(world), kernel_of(world).carried) == (["kernel"], 10)
    assert got(world) == ([5], [5])
    assert world.errors() == []


def test_several_calls_share_the_one_trunk_in_the_kernel() -> None:
    world = up(3)
    talk(world, 4)
    assert got(world) == ([4, 4, 4], [4, 4, 4])
    assert told(world) == ["kernel"] * 3
    assert len(kernel_of(world).legs) == 4
    assert kernel_of(world).carried == 24


def test_with_addresses_of_a_pool_each_call_has_a_trunk_in_the_kernel() -> None:
    world = up(2, each=True)
    tracks = list(world.core.carrier.trunks.tracks.values())
    assert len({track.trunk.local for track in tracks}) == 2
    assert len({track.virtual for track in tracks}) == 2
    assert told(world) == ["kernel", "kernel"]


def test_a_shield_keeps_the_whole_way_here() -> None:
    world = up(route={"shield": True})
    talk(world, 2)
    assert told(world) == [READS]
    assert (kernel_of(world).legs, got(world)) == ({}, ([2], [2]))


def test_who_is_confined_leaves_the_kernel_and_whoever_is_free_goes_there() -> None:
    """Nothing of a call in a trunk has to be there from its beginning."""
    world = up(1, client_entry(route="w2k", reach=NOWHERE_NEAR))
    talk(world, 2)
    assert (told(world), kernel_of(world).legs) == ([CONFINES], {})
    let_reach(world, None)
    talk(world, 2)
    assert got(world)[0] == [2]
    let_reach(world, NOWHERE_NEAR)
    talk(world, 2)
    assert told(world) == [CONFINES, "kernel", CONFINES]
    assert got(world)[0] == [2]


def test_a_suite_that_the_kernel_lacks_towards_the_server_is_the_reason() -> None:
    world = up(0, route={"esp": ("3des-md5",)})
    world.core.carrier.abilities = Abilities(suites=frozenset({("3des", "sha1")}))
    world.dial_one()
    assert told(world) == ["the kernel does not have 3des-md5"]
    assert kernel_of(world).legs == {}


def test_a_server_that_numbers_its_frames_is_the_daemons() -> None:
    world = up(route={"shield": True})
    [session] = sessions_of(world)
    trunk, inside = trunk_of(world), inside_of(session)
    assert not trunk.lac.is_numbered(inside.call_id)
    trunk.lac._roads[inside.call_id].sequencing = True
    why = world.core.carrier.trunks.why_not(inside, world.core.carrier.abilities)
    assert why == "the server numbers its frames"


def test_a_tunnel_of_a_clients_with_the_same_number_is_the_reason() -> None:
    world = up(2)
    first, second = sessions_of(world)
    carrier, inside = world.core.carrier, inside_of(second)
    holder = first.leg.track
    carrier.tunnels[trunk_of(world).lac.tunnel] = holder  # type: ignore[assignment]  # a client's
    why = carrier.trunks.why_not(inside, carrier.abilities)
    assert why == "a client's tunnel has the same number as the one to the server"


def test_numbers_of_tunnels_of_either_side_are_not_given_twice() -> None:
    world = up()
    carrier = world.core.carrier
    assert set(carrier.tunnels) == {trunk_of(world).lac.tunnel, sessions_of(world)[0].tunnel}
    assert world.core.board.trunks.taken_tunnels is carrier.tunnels
    assert world.core.clients.taken_tunnels is carrier.tunnels


def test_the_table_of_taken_numbers_stays_the_one_that_all_look_at() -> None:
    """A leg that left the kernel took the table with it, and later tunnels were not known."""
    world = up()
    [session] = sessions_of(world)
    leg = session.leg.track
    world.net.send(world.gateway.carry(
        world.core.carrier.give_back(leg, "no more"), world.net.now  # type: ignore[arg-type]  # a leg's
    ))  # fmt: skip
    assert world.core.clients.taken_tunnels is world.core.carrier.tunnels


def test_a_trunk_that_is_over_leaves_nothing_and_its_number_is_free() -> None:
    world = up()
    number = track_of(world).number
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(30.0)
    assert (world.core.board.trunks.by_place, world.core.carrier.trunks.tracks) == ({}, {})
    assert number not in kernel_of(world).legs
    assert kernel_of(world).calls == {}
    assert world.native.errors == []


def test_a_refused_trunk_goes_on_by_hand_with_numbers_that_nobody_has_sent() -> None:
    world = up()
    talk(world, 3)
    before = trunk_of(world).keys.current
    assert before is not None
    sent = before.outbound.sequence
    refuse(world, "no memory")
    talk(world, 3)
    assert told(world) == ["kernel", "no memory"]
    assert trunk_of(world).track is None
    assert got(world) == ([6], [6])
    assert before.outbound.sequence >= sent + LOST_MOST
    assert world.core.carrier.trunks.tracks == {}


def test_a_route_that_insists_ends_what_a_refused_trunk_has_carried() -> None:
    world = up(route={"carrier": "kernel"})
    refuse(world, "no memory")
    assert world.core.sessions == {}
    [closed] = world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == "the route insists on the kernel: no memory"


def test_without_a_virtual_address_it_stays_here() -> None:
    world = up(0)
    carrier = world.core.carrier
    carrier.trunks._next_place = lambda: None
    world.dial_one()
    talk(world, 2)
    assert told(world) == ["no virtual address is free"]
    assert got(world) == ([2], [2])


def test_asking_twice_changes_nothing() -> None:
    world = up()
    track_of(world).changed()
    assert world.core.carrier.settle(world.net.now) == []


def test_keys_that_are_all_gone_take_the_trunk_out_and_new_ones_bring_it_back() -> None:
    world = up()
    first = track_of(world)
    for spi in list(trunk_of(world).keys.pairs):
        world.native.end.ike.pairs.clear()
        trunk_of(world).keys.ring.sas.remove(spi)
        trunk_of(world).keys.forget([spi])
    world.net.send(world.gateway.carry(world.core.carrier.settle(world.net.now), world.net.now))
    assert trunk_of(world).track is None
    found = world.core._inward.from_trunk(
        trunk_of(world), trunk_of(world)._carry_ike(trunk_of(world).ike.start(world.net.now), 0.0),
        world.net.now,
    )  # fmt: skip
    world.net.send(world.gateway.carry(found, world.net.now))
    world.net.run_for(5.0)
    talk(world, 3)
    assert track_of(world) is not first
    assert told(world) == ["kernel", "kernel"]
    assert got(world) == ([3], [3])


def test_what_was_carried_before_a_call_came_out_of_the_kernel_stays_counted() -> None:
    """A joined call counts from nothing each time."""
    world = up()
    [session] = sessions_of(world)
    talk(world, 5)
    call = call_of(session)
    world.core.carrier.have_hands(session, "a reason")
    world.net.send(world.gateway.carry(world.core.carrier.settle(world.net.now), world.net.now))
    talk(world, 1)
    frames = session.frames_in
    world.core.carrier.have_hands(session, "")
    world.net.send(world.gateway.carry(world.core.carrier.settle(world.net.now), world.net.now))
    assert call.joined
    talk(world, 3)
    world.gateway.refresh(world.net.now)
    assert session.frames_in == frames + 3
