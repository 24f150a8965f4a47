"""Either end renews either phase, deletes or forgets, and both go on together."""

from gateway.ike.events import Authenticated, PairClosed, PairConfirmed, Phase1Closed
from gateway.ike.initiator_events import Failed, Why
from gateway.wire.ipv4 import host_bytes
from tests.pair.initiator_world import PSK, SERVER, THEM, US, meet
from tests.pair.net import seeded
from tests.pair.peers import isakmp
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import Profile
from tests.pair.peers.ike_responder import Habits


def test_we_renew_a_pair_by_the_phase_1_that_stands() -> None:
    world = meet(Habits(delete_old=True))
    world.start()
    world.start()
    assert len(world.gateway.seen(Authenticated)) == 1
    assert [each.spi_in for each in world.gateway.seen(PairClosed)] == [world.pairs[0].spi_in]
    assert len(world.server.pairs) == 1
    assert world.agree()


def test_the_server_renews_a_pair_by_the_phase_1_that_we_made() -> None:
    world = meet(Habits(delete_old=True))
    world.start()
    world.send(world.server.rekey_pair())
    assert len(world.pairs) == 2
    assert world.gateway.seen(PairConfirmed)[-1].spi_in == world.pairs[-1].spi_in
    assert len(world.server.pairs) == 1
    assert world.agree()
    assert world.server.errors == []


def test_both_renew_at_once_and_both_pairs_work() -> None:
    world = meet()
    world.start()
    world.net.send(world.server.rekey_pair())
    world.net.send(world.gateway.take(world.gateway.core.start(world.net.now)))
    world.net.run_for(2.0)
    assert len(world.server.pairs) == 3
    assert len(world.gateway.seen(PairConfirmed)) == 3
    assert world.agree()


def test_the_server_makes_a_phase_1_of_its_own_and_we_ask_by_it() -> None:
    world = meet()
    world.start()
    world.net.leave(world.server)
    other = Initiator(Profile(vendors=()), THEM.host, US.host, PSK, seeded(7))
    world.net.join(other, SERVER)
    world.send(other.dial(world.net.now))
    assert other.up
    assert other.errors == []
    phases = world.gateway.core.answering.sas.phases
    assert len(phases) == 2
    assert len(world.pairs) == 2
    world.send(other.hang_up(world.net.now))
    assert [each.reason for each in world.gateway.seen(Phase1Closed)] == ["deleted by the client"]


def test_a_server_that_offers_nat_traversal_is_not_answered_with_it() -> None:
    world = meet()
    natt = Profile(vendors=(bytes.fromhex("4a131c81070358455c5728f20e95452f"),))
    other = Initiator(natt, THEM.host, US.host, PSK, seeded(7))
    world.net.leave(world.server)
    world.net.join(other, SERVER)
    world.send(other.dial(world.net.now))
    assert other.phase1.natt is None
    assert other.up


def test_a_deleted_pair_is_asked_for_again_without_a_new_phase_1() -> None:
    world = meet()
    world.start()
    world.send(world.server.delete_pair(world.server.pairs[0]))
    assert len(world.gateway.seen(PairClosed)) == 1
    world.start()
    assert len(world.gateway.seen(Authenticated)) == 1
    assert len(world.server.pairs) == 1


def test_after_a_deleted_phase_1_a_new_one_is_made_first() -> None:
    world = meet()
    world.start()
    world.send(world.server.delete_phase1())
    assert len(world.gateway.seen(Phase1Closed)) == 1
    assert world.gateway.seen(PairClosed) == []
    world.start()
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.server.pairs) == 2


def test_a_phase_1_that_is_deleted_while_we_ask_by_it_is_made_anew() -> None:
    world = meet()
    world.start()
    world.net.lose(lambda each: isakmp.parse(each.payload).exchange == isakmp.QUICK)
    world.net.send(world.gateway.take(world.gateway.core.start(world.net.now)))
    world.send(world.server.delete_phase1())
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.pairs) == 2
    assert world.agree()


def test_a_server_that_has_forgotten_all_is_met_anew() -> None:
    world = meet()
    world.start()
    world.server.forget()
    world.start()
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.server.pairs) == 1
    assert world.agree()


def test_a_server_that_is_gone_is_told_of_after_both_phases_were_tried() -> None:
    world = meet()
    world.start()
    world.server.alive = False
    world.start(30.0)
    assert [each.why for each in world.gateway.seen(Failed)] == [Why.SILENT]


def test_phase_1_is_renewed_by_us_before_its_end_while_pairs_live() -> None:
    world = meet(ask={"seconds": 1000})
    world.start()
    world.net.run_for(910.0)
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.pairs) == 1


def test_a_server_that_says_initial_contact_by_a_new_phase_1_has_nothing_older() -> None:
    world = meet(ask={"seconds": 600})
    world.start(560.0)  # phase 1 was renewed
    assert len(world.server.phase1s) == 2
    cookies = world.server.phase1s[-1].cookies
    told = isakmp.notify(isakmp.ISAKMP, cookies, isakmp.INITIAL_CONTACT)
    world.send(world.server.inform([(isakmp.NOTIFY, told)]))
    assert [one.spi_in for one in world.gateway.seen(PairClosed)] == [world.pairs[0].spi_in]
    assert [phase.cookies for phase in world.gateway.core.answering.sas.phases.values()] == [
        cookies
    ]


def test_a_renewal_that_fails_is_tried_again_and_not_at_once() -> None:
    world = meet(ask={"seconds": 1000})
    world.start()
    world.server.alive = False
    before = len(world.net.carried)
    world.net.run_for(890.0)
    assert len(world.net.carried) - before == 4
    world.server.alive = True
    world.net.run_for(60.0)
    assert len(world.gateway.seen(Authenticated)) == 2


def test_a_phase_1_without_pairs_ends_and_nothing_is_renewed() -> None:
    world = meet(ask={"seconds": 1000})
    world.start()
    world.net.send(world.gateway.take(world.gateway.core.close_pair(world.pairs[0].spi_in, 0.0)))
    world.net.run_for(1100.0)
    assert len(world.gateway.seen(Authenticated)) == 1
    assert world.gateway.core.answering.sas.phases == {}
    assert world.gateway.core.deadline() is None


def test_an_old_notice_of_refusal_sent_again_does_not_refuse_what_is_asked_later() -> None:
    world = meet(Habits(ports=(0,)))
    world.start()
    refusals = [
        each.datagram
        for each in world.net.carried
        if each.datagram.source.host == host_bytes(SERVER)
        and isakmp.parse(each.datagram.payload).exchange == isakmp.INFORMATIONAL
    ]
    world.net.send(world.gateway.take(world.gateway.core.start(world.net.now)))
    world.send(refusals)
    assert world.gateway.seen(Failed) == []
    assert len(world.pairs) == 2
