"""Strangers in great number: what they can make us do and keep, and who gets in meanwhile.

Ten thousand addresses, most of them made up: those hear no answer. Who has a botnet hears it, and
can have exponentiations made; but no more of them than there is room for.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from gateway.ike.effort import (
    ALL,
    ALL_PER_SECOND,
    EXPONENTIATIONS,
    FIRST,
    FIRSTS,
    FIRSTS_PER_SECOND,
    SOURCE,
    SOURCE_PER_SECOND,
)
from gateway.ike.events import Authenticated, Reason, Refused
from gateway.wire.udp import Endpoint
from tests.pair.ike_world import OUTSIDE, World, credential, meet, policy
from tests.pair.net import endpoint, seeded
from tests.pair.peers.ike_gateway import IkeGateway
from tests.pair.peers.ike_guesser import Guesser
from tests.pair.peers.ike_profiles import XP_SP2, offering
from tests.pair.test_ike_guessing import HERE, STRANGER

pytestmark = pytest.mark.long

SOURCES = 10_000
TICK = 1 / 64  # seconds
TOO_MUCH = "held for too much work"


def source(number: int) -> Endpoint:
    return Endpoint(bytes((198, 18, number // 250 % 40, number % 250 + 1)), 500)


def large(gateway: IkeGateway) -> Guesser:
    return Guesser(gateway.receive, HERE, seeded(5), group=14)


def dial_during(world: World, during: Callable[[float], object], seconds: float) -> bool:
    """The client dials, and all the time there is a flood. Is it in?"""
    before = len(world.gateway.seen(Authenticated))
    world.net.send(world.client.dial(world.net.now))
    for _ in range(int(seconds / TICK)):
        during(world.net.now)
        world.net.run_for(TICK)
    return len(world.gateway.seen(Authenticated)) > before


def many(act: Callable[[Endpoint, float], object], each: int) -> Callable[[float], None]:
    """A flood: so many times in every tick, from all the sources in turn."""
    numbers = count()

    def during(now: float) -> None:
        for _ in range(each):
            act(source(next(numbers) % SOURCES), now)

    return during


# First messages, by made-up addresses


def test_first_messages_from_ten_thousand_addresses_leave_a_bounded_table() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    flooder = Guesser(gateway.receive, HERE, seeded(5))
    for number in range(SOURCES):
        flooder.begin(source(number), 1000.0 + number / SOURCES)
    core = gateway.core
    assert core.half_open == policy().half_open
    assert len(core.sas.phases) == len(core.sas.openings) == len(core.sas.timers) == core.half_open
    assert gateway.handle_timeout(1040.0) == []
    assert core.half_open == 0


def test_somebody_new_gets_in_while_first_messages_come_from_everywhere() -> None:
    """Each round trip here is 1/32 s, in which so many come that it is just not pushed out."""
    world = meet(XP_SP2)
    flooder = Guesser(world.gateway.receive, HERE, seeded(5))
    flood = many(flooder.begin, 100)
    for _ in range(10):
        flood(world.net.now)
        world.net.run_for(TICK)
    assert dial_during(world, flood, 1.0)
    assert world.gateway.core.half_open == policy().half_open


def test_who_dials_from_where_it_was_seen_gets_in_however_many_come() -> None:
    world = meet(XP_SP2)
    assert dial_during(world, lambda now: None, 10.0)
    flooder = Guesser(world.gateway.receive, HERE, seeded(5))
    flood = many(flooder.begin, 600)
    flood(world.net.now)
    assert dial_during(world, flood, 0.5)


# Key exchanges, by addresses that hear us


def test_one_address_has_so_many_exponentiations_made_and_no_more() -> None:
    gateway = IkeGateway(policy(half_open_per_source=100), seeded(1))
    at_work = large(gateway)
    answered = sum(len(at_work.exchange(STRANGER, 1000.0 + n / 100)) for n in range(500))
    most = (SOURCE + 5 * SOURCE_PER_SECOND) / EXPONENTIATIONS[256]
    assert 0.9 * most < answered <= most + 1
    assert gateway.core.counters[TOO_MUCH] == 500 - answered


def spent(gateway: IkeGateway, now: float) -> Iterator[int]:
    """Use up what there is for all, each address once."""
    at_work = large(gateway)
    for number in range(int(ALL / EXPONENTIATIONS[256]) + 1):
        yield len(at_work.exchange(source(number), now))


def test_all_addresses_together_have_so_many_made_and_no_more() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    answered = sum(spent(gateway, 1000.0))
    assert answered == pytest.approx(ALL / EXPONENTIATIONS[256], abs=2)
    at_work = large(gateway)
    more = sum(len(at_work.exchange(source(number), 1001.0)) for number in range(5000, 5500))
    assert more == pytest.approx(ALL_PER_SECOND / EXPONENTIATIONS[256], abs=2)


def test_who_dials_from_where_it_was_seen_gets_in_when_all_is_used_up() -> None:
    world = meet(XP_SP2)
    assert dial_during(world, lambda now: None, 10.0)
    list(spent(world.gateway, world.net.now))
    flood = many(large(world.gateway).exchange, 4)
    assert dial_during(world, flood, 0.5)
    assert world.gateway.core.counters[TOO_MUCH] > 50


def test_somebody_new_gets_in_by_sending_its_message_again() -> None:
    """Held at first, like the others; but it is patient, and the flood is no greater than half of
    what the budget grows by."""
    world = meet(XP_SP2)
    list(spent(world.gateway, world.net.now))
    flood = many(Guesser(world.gateway.receive, HERE, seeded(6)).exchange, 2)
    assert dial_during(world, flood, 8.0)
    assert world.gateway.core.counters[TOO_MUCH] > 0


def test_who_is_held_to_the_end_is_told_so_and_not_that_it_was_silent() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    list(spent(gateway, 1000.0))
    before = len(gateway.seen(Refused))
    assert large(gateway).exchange(STRANGER, 1000.0) == []
    gateway.handle_timeout(1031.0)
    told = {one.peer: one.reason for one in gateway.seen(Refused)[before:]}
    assert told[STRANGER] is Reason.TOO_MANY_HALF_OPEN


def test_who_answers_and_then_stays_does_not_push_out_a_newcomer_at_once() -> None:
    """256 places, all with somebody who has answered: the next first message takes one of those."""
    world = meet(offering("rfc3947"))
    at_work = Guesser(world.gateway.receive, HERE, seeded(5))
    for number in range(400):
        at_work.exchange(source(number), world.net.now)
    assert dial_during(world, many(at_work.begin, 8), 1.0)


def test_who_floods_from_where_a_client_was_seen_leaves_cpu_to_others() -> None:
    """A neighbour behind its NAT has what is usual there on top, and that has an end, too."""
    world = meet(XP_SP2, rules=policy(half_open_per_source=1000))
    assert dial_during(world, lambda now: None, 10.0)
    at_work = large(world.gateway)
    there = endpoint(f"{OUTSIDE}:40000")
    answered = sum(len(at_work.exchange(there, world.net.now)) for _ in range(600))
    assert answered * EXPONENTIATIONS[256] < 0.4
    assert at_work.exchange(STRANGER, world.net.now)


def test_after_a_power_cut_a_thousand_clients_are_in_at_once() -> None:
    """They come from 250 addresses, four from each, and each has the key of another name."""
    names = [credential(f"pc-{number}", b"key %d" % number) for number in range(4)]
    gateway = IkeGateway(policy(*names, half_open=2000), seeded(1))
    at_work = large(gateway)
    answered = sum(len(at_work.exchange(source(n % 250), 1000.0)) for n in range(1000))
    assert answered == 1000


def test_first_messages_are_read_at_a_rate_that_leaves_cpu_to_who_is_connected() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    flooder = Guesser(gateway.receive, HERE, seeded(5))
    answered = sum(
        len(flooder.begin(source(number), 1000.0 + number / SOURCES)) for number in range(SOURCES)
    )
    assert answered == pytest.approx((FIRSTS + FIRSTS_PER_SECOND) / FIRST, abs=2)
    assert gateway.core.counters[TOO_MUCH] == SOURCES - answered


def test_a_flood_from_one_address_takes_nothing_from_others() -> None:
    world = meet(XP_SP2)
    flooder = Guesser(world.gateway.receive, HERE, seeded(5))
    assert dial_during(world, lambda now: [flooder.begin(STRANGER, now) for _ in range(100)], 1.0)
    assert world.gateway.core.counters[TOO_MUCH] > 5000
