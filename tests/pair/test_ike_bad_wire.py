"""The wire loses, doubles and reorders; the client comes up all the same."""

import pytest

from gateway.ike.events import PairClosed, PairConfirmed, PairReady, Started
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram
from tests.pair.ike_world import GATEWAY, World, agree, meet
from tests.pair.peers.ike_profiles import XP_SP2, offering

HERE = host_bytes(GATEWAY)


class Nth:
    """Matches the n-th datagram of one direction, counted from one, or all from it on."""

    def __init__(self, count: int, *, ours: bool, onwards: bool = False) -> None:
        self.count, self.ours, self.onwards, self.seen = count, ours, onwards, 0

    def __call__(self, datagram: Datagram) -> bool:
        if (datagram.source.host == HERE) != self.ours:
            return False
        self.seen += 1
        return self.seen == self.count or (self.onwards and self.seen > self.count)


def answers_are_constant(world: World) -> bool:
    """What was answered once is answered with the same bytes, or no more at all."""
    return all(
        len({answer for answer in answers if answer}) <= 1
        for answers in world.gateway.answers.values()
    )


@pytest.mark.parametrize("seed", range(6))
def test_it_comes_up_with_a_fifth_lost_and_many_doubled_and_reordered(seed: int) -> None:
    world = meet(XP_SP2, loss=0.2, duplicate=0.2, jitter=0.5, seed=seed)
    world.dial(300.0)
    assert world.client.errors == []
    assert len(world.client.pairs) == 1
    assert agree(world)
    assert answers_are_constant(world)
    assert len(world.gateway.seen(PairReady)) == len(world.gateway.seen(PairConfirmed)) == 1


@pytest.mark.parametrize("message", [1, 2, 3, 4])
@pytest.mark.parametrize("ours", [True, False])
def test_any_single_message_may_be_lost(message: int, ours: bool) -> None:
    world = meet(offering("draft-02n"))
    world.net.lose(Nth(message, ours=ours))
    world.dial(60.0)
    assert world.client.errors == []
    assert agree(world)
    assert len(world.client.pairs) == 1
    assert len(world.gateway.seen(PairReady)) == 1


def test_every_repeated_message_is_answered_by_the_same_bytes_and_work_is_done_once() -> None:
    world = meet(offering("rfc3947"), duplicate=1.0)
    world.dial(60.0)
    sent_twice = [answers for answers in world.gateway.answers.values() if len(answers) > 1]
    assert len(sent_twice) >= 5
    assert answers_are_constant(world)
    assert len(world.gateway.seen(Started)) == 1
    assert len(world.gateway.seen(PairReady)) == 1


def test_a_lost_third_message_of_quick_mode_is_asked_for_again() -> None:
    world = meet(offering("draft-02n"))
    world.net.lose(Nth(5, ours=False))
    world.dial(3.0)
    ready = world.gateway.seen(PairReady)
    assert (len(ready), len(world.client.pairs)) == (1, 1)
    world.net.run_for(60.0)
    assert [event.spi_in for event in world.gateway.seen(PairConfirmed)] == [ready[0].spi_in]


def test_a_spoiled_third_message_confirms_nothing() -> None:
    world = meet(offering("draft-02n"))
    world.net.lose(Nth(5, ours=False))
    world.dial(0.5)
    (lost,) = (each.datagram for each in world.net.carried if each.lost)
    world.net.send([lost._replace(payload=lost.payload[:-8] + bytes(8))])
    world.net.run_for(0.5)
    assert world.gateway.seen(PairConfirmed) == []
    world.net.run_for(10.0)
    assert len(world.gateway.seen(PairConfirmed)) == 1


def test_a_packet_by_the_new_keys_confirms_them_too() -> None:
    """The third message may be lost for good; who sends with the keys has them."""
    world = meet(offering("draft-02n"))
    world.net.lose(Nth(5, ours=False, onwards=True), times=10)
    world.dial(0.5)
    spi_in = world.newest().spi_in
    world.gateway.take(world.gateway.core.confirm(spi_in, world.net.now))
    sent = len(world.net.carried)
    world.net.run_for(20.0)
    assert [event.spi_in for event in world.gateway.seen(PairConfirmed)] == [spi_in]
    assert world.gateway.seen(PairClosed) == []
    assert len(world.net.carried) == sent


def test_a_client_lost_after_the_first_message_costs_little_and_is_forgotten() -> None:
    world = meet(XP_SP2)
    world.net.send(world.client.dial(world.net.now))
    world.net.leave(world.client)
    world.net.run_for(120.0)
    assert world.gateway.deadline() is None
    assert len(world.net.carried) <= 4


def test_half_of_everything_lost_ends_in_a_pair_a_delete_or_a_sentence() -> None:
    for seed in range(8):
        world = meet(offering("draft-03"), loss=0.5, seed=seed)
        world.dial(1200.0)
        assert world.client.up or world.client.errors or world.client.gone
        assert agree(world)


def test_a_pair_that_is_never_confirmed_is_taken_back_and_the_client_told() -> None:
    world = meet(offering("draft-03"))
    world.net.lose(Nth(5, ours=False, onwards=True), times=10)
    world.dial(300.0)
    assert world.gateway.seen(PairConfirmed) == []
    (closed,) = world.gateway.seen(PairClosed)
    assert closed.spi_in == world.newest().spi_in
    assert world.client.gone == [closed.spi_in.to_bytes(4, "big")]
