"""Whether the other end still lives, and how both say goodbye."""

from dataclasses import replace

import pytest

from gateway.ike.events import InitialContact, PairClosed, PairReady, Phase1Closed
from tests.pair.ike_world import World, meet, policy
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, XP_SP2, Profile, offering

ALIVE = replace(offering("rfc3947"), vendors=(*offering("rfc3947").vendors, DPD))


def test_we_answer_who_asks_whether_we_live() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    for sequence in (7, 8, 9):
        world.net.send(world.client.ask_alive(sequence))
        world.net.run_for(5.0)
    assert world.client.notices == [36137] * 3
    assert world.client.phase1.peer_dpd


def test_we_ask_a_silent_client_and_its_answer_keeps_it() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=30.0))
    world.dial(200.0)
    assert world.client.notices.count(36136) >= 3
    assert world.gateway.seen(Phase1Closed) == []
    assert world.client.errors == []


def test_our_questions_are_numbered_in_order_whatever_the_client_claims_to_answer() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=30.0))
    world.dial(100.0)
    body = isakmp.notify(1, world.client.phase1.cookies, isakmp.R_U_THERE_ACK, b"\0\0\x12\x34")
    world.net.send(world.client.inform([(isakmp.NOTIFY, body)]))
    world.net.run_for(100.0)
    asked = world.client.asked
    assert len(asked) >= 4
    assert asked == list(range(asked[0], asked[0] + len(asked)))


def test_an_old_question_is_not_answered_again() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    for sequence in (9, 8, 9, 10):
        world.net.send(world.client.ask_alive(sequence))
        world.net.run_for(1.0)
    assert world.client.notices == [36137] * 3


def test_authenticated_traffic_spares_the_question() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=30.0))
    world.dial(10.0)
    for _ in range(20):
        world.gateway.core.note_alive(world.newest().sa, world.net.now)
        world.net.run_for(10.0)
    assert world.client.notices == []


def test_a_client_that_never_spoke_of_dpd_is_not_asked() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=30.0))
    world.dial(300.0)
    assert world.client.notices == []
    assert world.gateway.seen(Phase1Closed) == []


def test_a_client_that_vanishes_is_let_go_after_the_last_question() -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=30.0, dpd_tries=5, dpd_wait=5.0))
    world.dial(10.0)
    asked_before = len(world.net.carried)
    world.net.leave(world.client)
    world.net.run_for(40.0)
    assert world.gateway.seen(Phase1Closed) == []
    world.net.run_for(10.0)
    (closed,) = world.gateway.seen(Phase1Closed)
    assert closed.reason
    assert len(world.net.carried) - asked_before >= 5
    world.net.run_for(8 * 3600.0)
    assert {event.spi_in for event in world.gateway.seen(PairClosed)} == {world.newest().spi_in}
    assert world.gateway.deadline() is None


@pytest.mark.parametrize("seed", range(4))
def test_a_fifth_lost_does_not_make_a_living_client_dead(seed: int) -> None:
    world = meet(ALIVE, rules=policy(dpd_idle=30.0), loss=0.2, seed=seed)
    world.dial(600.0)
    assert world.gateway.seen(Phase1Closed) == []


@pytest.mark.parametrize("profile", [XP_SP2, SAFENET_98, ALIVE])
def test_a_client_that_hangs_up_is_gone_at_once(profile: Profile) -> None:
    world = meet(profile)
    world.dial(10.0)
    world.net.send(world.client.hang_up(world.net.now))
    world.net.run_for(5.0)
    assert [event.spi_in for event in world.gateway.seen(PairClosed)] == [world.newest().spi_in]
    assert len(world.gateway.seen(Phase1Closed)) == 1
    assert world.gateway.deadline() is None


def test_we_hang_up_by_deleting_the_pairs_and_then_phase_1() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    ready = world.newest()
    cookies = world.client.phase1.cookies
    world.net.send(world.gateway.take(world.gateway.core.close(ready.sa, world.net.now)))
    world.net.run_for(5.0)
    assert world.client.gone == [ready.spi_in.to_bytes(4, "big"), cookies]
    assert world.client.pairs == []
    assert [event.spi_in for event in world.gateway.seen(PairClosed)] == [ready.spi_in]
    assert world.gateway.deadline() is None


def test_we_delete_one_pair_and_phase_1_goes_on() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    ready = world.newest()
    sent = world.gateway.core.close_pair(ready.spi_in, world.net.now)
    world.net.send(world.gateway.take(sent))
    world.net.run_for(5.0)
    assert world.client.gone == [ready.spi_in.to_bytes(4, "big")]
    assert world.gateway.seen(Phase1Closed) == []
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert len(world.gateway.seen(PairReady)) == 2


@pytest.mark.parametrize("how", ["mm5", "informational"])
def test_initial_contact_is_told(how: str) -> None:
    world = meet(replace(ALIVE, initial_contact=how))
    world.dial(10.0)
    assert len(world.gateway.seen(InitialContact)) == 1
    assert world.client.errors == []


def test_a_reload_leaves_what_stands() -> None:
    world: World = meet(ALIVE)
    world.dial(10.0)
    world.gateway.core.set_policy(policy(ike_suites=("aes256-sha1-modp2048",)))
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(60.0)
    assert len(world.gateway.seen(PairReady)) == 2
    assert world.gateway.seen(Phase1Closed) == []
