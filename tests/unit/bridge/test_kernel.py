"""What the kernel tells becomes what user space would have told."""

import pytest

from gateway.bridge.kernel import DOUBT_EVERY
from gateway.bridge.paths import next_soft
from gateway.bridge.tracks import Stray
from gateway.esp.errors import Drop
from gateway.esp.sa import ENDLESS
from gateway.outputs import SendIp, What
from gateway.paths import CallCounted, SaCounted, SaExpired, SaMapped, SetLeg
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import NAT, client_entry, meet
from tests.pair.nat import Nat
from tests.unit.bridge.kernel_world import (
    call_of,
    carried,
    carrier_of,
    kernel_of,
    leg_of,
    say,
    session_of,
)

pytestmark = pytest.mark.usefixtures("kernel_carries")


def test_counters_of_the_kernel_are_those_of_the_session_and_its_keys() -> None:
    world = carried()
    session = session_of(world)
    before = session.frames_in, session.bytes_in, session.frames_out, session.bytes_out
    current = session.leg.current
    assert current is not None
    packets = current.inbound.packets
    say(world, 4)
    assert session.frames_in == before[0]
    world.gateway.refresh(world.net.now)
    assert session.frames_in - before[0] == session.frames_out - before[2] == 4
    assert session.bytes_in > before[1]
    assert session.bytes_out > before[3]
    assert current.inbound.packets == packets + 4
    assert current.inbound.payload_bytes > 4 * len(b"from the client")


def test_the_same_figures_twice_are_charged_once() -> None:
    world = carried()
    say(world, 2)
    world.gateway.refresh(world.net.now)
    session = session_of(world)
    figures = session.frames_in, session.bytes_in
    world.gateway.refresh(world.net.now)
    assert (session.frames_in, session.bytes_in) == figures


def test_the_last_figures_are_in_what_is_told_of_a_session_that_ended() -> None:
    world = carried()
    say(world, 3)
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(5.0)
    [closed] = world.facts(What.SESSION_CLOSED)
    assert int(closed.details["bytes_in"]) > 3 * len(b"from the client")
    assert carrier_of(world).calls == {}
    assert kernel_of(world).calls == {}


def test_what_the_kernel_has_yet_to_tell_of_keys_that_are_gone_is_not_lost() -> None:
    world = carried()
    leg = session_of(world).leg
    current, kept = leg.current, world.core.clients.carried
    assert current is not None
    packets = current.inbound.packets
    say(world, 3)
    leg.forget_pair(current.inbound.spi)
    assert kept.packets["in"] == packets
    world.gateway.refresh(world.net.now)
    world.net.run_for(1.0)
    assert kept.packets["in"] == current.inbound.packets == packets + 3


def test_replays_and_forgeries_are_drops_of_the_pair() -> None:
    world = carried()
    current = session_of(world).leg.current
    assert current is not None
    spi = current.inbound.spi
    event = SaCounted(leg_of(world).number, spi, True, 0, 0, 5, replays=3, forged=2)
    world.core.receive_path(event, world.net.now)
    assert current.inbound.drops[Drop.REPLAY] == 3
    assert current.inbound.drops[Drop.AUTH] == 2


def test_a_hard_limit_ends_the_pair() -> None:
    world = carried()
    current = session_of(world).leg.current
    assert current is not None
    event = SaExpired(leg_of(world).number, current.inbound.spi, True, True)
    world.net.send(world.gateway.carry(world.core.receive_path(event, world.net.now), 0.0))
    assert [fact.details["spi_in"] for fact in world.facts(What.SA_CLOSED)] == [
        f"{current.inbound.spi:08x}"
    ]


def test_a_soft_limit_that_came_too_early_is_set_anew() -> None:
    world = carried()
    track = leg_of(world)
    current = session_of(world).leg.current
    assert current is not None
    current.inbound.limit = current.inbound.payload_bytes + 1000
    handover = track.handovers[current.inbound.spi]
    handover.soft[True] = 1
    world.core.receive_path(SaExpired(track.number, current.inbound.spi, True, False), 0.0)
    assert handover.soft[True] == next_soft(
        current.inbound, track.counted[current.inbound.spi, True][0]
    )


def test_the_first_packet_of_a_pair_that_is_confirmed_by_then_sets_no_limit() -> None:
    world = carried()
    track = leg_of(world)
    current = session_of(world).leg.current
    assert current is not None
    assert current.confirmed
    current.inbound.limit = ENDLESS
    handover = track.handovers[current.inbound.spi]
    handover.soft[True] = None
    world.core.receive_path(SaExpired(track.number, current.inbound.spi, True, False), 0.0)
    assert handover.soft[True] is None


def test_news_of_what_is_not_ours_is_nothing() -> None:
    world = carried()
    for event in (
        SaCounted(99, 1, True, 0, 0, 0),
        SaExpired(99, 1, True, True),
        CallCounted(99, 0, 0, 0, 0),
        SaMapped(1, 1, 99),
    ):
        assert world.core.receive_path(event, world.net.now) == []


def test_a_packet_by_anothers_place_puts_that_place_in_doubt_and_not_too_often() -> None:
    world = meet(client_entry(), client_entry("other"))
    nat = Nat(NAT)
    for host in ("192.168.1.2", "192.168.1.3"):
        world.dial(world.join(host=host, nat=nat))
    one, other = carrier_of(world).legs.values()
    now = world.net.now
    world.core.receive_path(SaMapped(one.number, 1, other.number), now)
    assert not other.mapped
    other.mapped = True
    world.core.receive_path(SaMapped(one.number, 1, other.number), now + DOUBT_EVERY / 2)
    assert other.mapped


def test_what_came_by_a_legs_own_place_while_it_moved_is_no_doubt() -> None:
    world = carried()
    track = leg_of(world)
    world.core.receive_path(SaMapped(track.number, 1, track.number), world.net.now)
    assert track.mapped


def test_who_speaks_from_a_new_place_is_followed_with_its_keys_kept() -> None:
    nat = Nat(NAT)
    world = carried(nat=nat)
    old = leg_of(world).leg.place.esp
    nat.forget()
    say(world, 3)
    track = leg_of(world)
    assert track.leg.place.esp != old
    assert track.asked is not None
    assert track.asked.peer == track.leg.place.esp
    assert call_of(world).joined
    assert len(world.facts(What.PEER_MOVED)) == 1


def test_the_kernel_knows_the_new_place_before_it_has_the_packet_from_there() -> None:
    """What the packet brings back can come before anything that is asked for behind it."""
    world = carried()
    track, there = leg_of(world), Endpoint(host_bytes(NAT), 50_007)
    [spi] = {spi for spi, inbound in track.pairs if inbound}
    track.stray = Stray(spi, 900, there, SendIp(b"again"))
    found = world.core.receive_path(
        SaCounted(track.number, spi, True, 0, 0, sequence=5), world.net.now
    )
    asked = [each for each in found if isinstance(each, SetLeg | SendIp)]
    assert isinstance(asked[0], SetLeg)
    assert asked[0].path is not None
    assert asked[0].path.peer == there
    assert SendIp(b"again") in asked[1:]


def test_an_old_packet_from_elsewhere_moves_nobody() -> None:
    """Somebody who has recorded one plays it from another address."""
    world = carried()
    client = world.clients[0]
    [old] = client.send_data(0x0021, b"recorded")
    say(world, 3)
    there = leg_of(world).leg.place.esp
    elsewhere = old.source._replace(host=bytes((203, 0, 113, 99)))
    world.net.send([old._replace(source=elsewhere)])
    world.net.run_for(1.0)
    assert leg_of(world).leg.place.esp == there
    assert world.facts(What.PEER_MOVED) == []
