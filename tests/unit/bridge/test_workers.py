"""What workers tell, and what follows when one is dead."""

from dataclasses import replace

import pytest

from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import Session
from gateway.bridge.tracks import CallTrack, LegTrack, carried_by
from gateway.esp.errors import Drop
from gateway.outputs import Fact, What
from gateway.paths import (
    Again,
    CallCounted,
    Dropped,
    Moved,
    PptpEnd,
    SaCounted,
    SetCall,
    SetLeg,
    Spoke,
    WorkerLost,
    WorkersLost,
    worker_of,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair import gateway_world
from tests.pair.gateway_world import NAT, ROUTES, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.workers import COUNT
from tests.unit.bridge.worker_world import in_udp

ELSEWHERE = Endpoint(host_bytes("203.0.113.9"), 61000)


@pytest.fixture(autouse=True)
def _by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_world, "CARRIER", "workers")


def up() -> World:
    world = meet()
    world.dial(world.join(nat=Nat(NAT)))
    assert carried_by(session_of(world)) == ("worker", "")
    return world


def session_of(world: World) -> Session:
    (session,) = world.core.sessions.values()
    return session


def leg_track(world: World) -> LegTrack:
    track = session_of(world).leg.track
    assert isinstance(track, LegTrack)
    return track


def call_track(world: World) -> CallTrack:
    track = session_of(world).track
    assert isinstance(track, CallTrack)
    return track


def inside_of(world: World) -> PptpLeg:
    inside = session_of(world).inside
    assert isinstance(inside, PptpLeg)
    return inside


def test_a_client_that_moved_is_answered_where_it_is() -> None:
    world = up()
    track = leg_track(world)
    (spi,) = track.leg.pairs
    found = world.core.receive_path(Moved(track.number, spi, ELSEWHERE), world.net.now)
    (asked,) = [each for each in found if isinstance(each, SetLeg)]
    assert asked.path is not None
    assert asked.path.peer == ELSEWHERE


def test_without_udp_only_the_host_of_a_place_is_seen() -> None:
    world = up()
    track = leg_track(world)
    (spi,) = track.leg.pairs
    port = track.leg.place.esp.port
    world.core.receive_path(Moved(track.number, spi, Endpoint(ELSEWHERE.host, 0)), world.net.now)
    assert track.leg.place.esp == Endpoint(ELSEWHERE.host, port)


def test_what_is_told_of_who_is_gone_changes_nothing() -> None:
    world = up()
    for event in (Moved(77, 1, ELSEWHERE), Spoke(77, b"host"), Dropped(77, "no_sa")):
        assert world.core.receive_path(event, world.net.now) == []


def test_who_speaks_for_the_server_is_known_here_too() -> None:
    world = up()
    host = host_bytes("192.0.2.77")
    world.core.receive_path(Spoke(inside_of(world).key, host), world.net.now)
    assert inside_of(world).speaker == host


def test_what_a_worker_drops_is_counted_where_the_daemon_would() -> None:
    world = up()
    track, key = leg_track(world), inside_of(world).key
    (pair,) = track.leg.pairs.values()
    drops = tuple(5 if reason is Drop.PADDING else 0 for reason in Drop)
    told = SaCounted(track.number, pair.inbound.spi, True, 0, 0, 0, others=drops)
    for event in (
        told,
        replace(told, others=tuple(2 * each for each in drops)),
        CallCounted(key, 0, 0, 0, 0, drops=(("gre_late", 2), ("shield_pptp", 3))),
        CallCounted(key, 0, 0, 0, 0, drops=(("gre_late", 4), ("shield_pptp", 3))),
        Dropped(track.number, "not_l2tp"),
    ):
        world.core.receive_path(event, world.net.now)
    assert pair.inbound.drops[Drop.PADDING] == 10
    assert session_of(world).crossing.counts == {"shield_pptp": 3}
    assert inside_of(world).drops() == {"gre_late": 4}
    assert track.leg.drops.by_reason == {"not_l2tp": 1}


def test_after_its_worker_died_everything_is_asked_for_again_behind_the_words() -> None:
    world = up()
    world.gateway.refresh(world.net.now)
    track = leg_track(world)
    (pair,) = track.leg.pairs.values()
    before = pair.outbound.word[0]
    lost = WorkerLost(worker_of(pair.inbound.spi, COUNT))
    found = world.core.receive_path(lost, world.net.now)
    (leg,) = [each for each in found if isinstance(each, SetLeg)]
    (call,) = [each for each in found if isinstance(each, SetCall)]
    assert leg.path is not None
    assert leg.path.outbound is not None
    assert (leg.path.outbound.sequence, leg.path.outbound.word > 0) == (before, True)
    assert leg.path.inbound[0].sequence == pair.inbound.word[0]
    assert call.path is not None
    assert call.path.outside is not None
    assert world.core.carrier.legs == {track.number: track}


def test_another_workers_death_is_nothing_to_a_session() -> None:
    world = up()
    (spi,) = session_of(world).leg.pairs
    other = WorkerLost(3 - worker_of(spi, COUNT))
    (told,) = world.core.receive_path(other, world.net.now)
    assert isinstance(told, Fact)
    assert told.what is What.TROUBLE


def test_when_there_are_no_workers_any_more_the_daemon_has_it_all() -> None:
    world = up()
    world.core.receive_path(WorkersLost("they died"), world.net.now)
    assert carried_by(session_of(world)) == ("user", "they died")
    assert not world.core.carrier.legs
    assert not world.core.carrier.calls
    assert inside_of(world).channel == 0


def test_a_packet_of_a_workers_comes_back_to_it() -> None:
    world = up()
    (spi,) = session_of(world).leg.pairs
    packet = in_udp(spi.to_bytes(4, "big") + bytes(40), session_of(world).leg.place.esp)
    assert world.core.receive_packet(packet, world.net.now) == [Again(spi, packet)]


def test_while_a_worker_has_yet_to_say_how_far_it_was_nothing_is_let_in() -> None:
    world = up()
    leg = session_of(world).leg
    kernel = world.core.kernel
    (pair,) = leg.pairs.values()
    leg.track = None
    assert kernel._workers.receive_esp(leg, pair, b"packet", True) == []
    assert kernel._workers.receive_esp(leg, pair, b"packet", False) == []
    assert leg.drops.by_reason == {"handover": 1, "encapsulation": 1}


def test_new_spis_are_of_the_worker_that_has_the_others() -> None:
    world = up()
    leg = session_of(world).leg
    (spi,) = leg.pairs
    (phase,) = leg.phases
    low_bits = world.core.clients.ike.sas.low_bits
    assert low_bits(phase) == spi % 8
    assert low_bits(phase + 1) is None


def test_without_workers_any_spi_will_do() -> None:
    world = up()
    (phase,) = session_of(world).leg.phases
    world.core.receive_path(WorkersLost("they died"), world.net.now)
    assert world.core.clients.ike.sas.low_bits(phase) is None


def test_machines_are_spread_over_workers() -> None:
    names = [f"pc-{number}" for number in range(12)]
    world = meet(*(client_entry(name, f"a key of {name} alone") for name in names))
    for number, name in enumerate(names):
        host = f"192.168.1.{10 + number}"
        world.dial(
            world.join(
                host=host, nat=Nat(f"203.0.113.{100 + number}"), psk=f"a key of {name} alone"
            )
        )
    legs = [session.leg for session in world.core.sessions.values()]
    assert len(legs) == len(names)
    assert {worker_of(spi, COUNT) for leg in legs for spi in leg.pairs} == {1, 2}
    assert {carried_by(each) for each in world.core.sessions.values()} == {("worker", "")}


def test_two_sessions_of_one_client_are_one_workers() -> None:
    world = up()
    assert ROUTES[0].name == session_of(world).route
    number = inside_of(world).call_id
    (spi,) = session_of(world).leg.pairs
    assert worker_of(number, COUNT) == worker_of(spi, COUNT)
    assert What.CARRIED not in {fact.what for fact in world.facts()}
    assert call_track(world).joined


def test_a_worker_is_told_how_gre_is_done_and_what_the_shield_goes_by() -> None:
    world = up()
    path, inside = call_track(world).asked, inside_of(world)
    assert path is not None
    assert isinstance(path.inside, PptpEnd)
    gre = path.inside.gre
    assert gre is not None
    assert (gre.window, gre.strict, gre.speaker) == (inside.window, False, inside.speaker)
    assert 0 < gre.sent != gre.heard > 0
    assert path.shield is not None
    assert path.shield.mss < path.shield.most
