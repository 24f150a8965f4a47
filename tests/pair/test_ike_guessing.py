"""Strangers who guess keys: how often they may, and who gets in while they do."""

from collections.abc import Callable

import pytest

from gateway.ike.events import Authenticated, Reason, Refused
from gateway.ike.trials import (
    GUESSES,
    GUESSES_PER_SECOND,
    KEYS,
    KEYS_PER_SECOND,
    RESERVED,
    USUAL,
    USUAL_PER_SECOND,
)
from gateway.wire.udp import Endpoint
from tests.pair.ike_world import GATEWAY, OUTSIDE, World, credential, meet, policy
from tests.pair.net import endpoint, seeded
from tests.pair.peers.ike_gateway import IkeGateway
from tests.pair.peers.ike_guesser import Guesser
from tests.pair.peers.ike_profiles import XP_SP2

pytestmark = pytest.mark.long

HERE = endpoint(f"{GATEWAY}:500")
STRANGER = endpoint("203.0.113.66:500")
MANY = [credential(f"pc-{number}", b"key number %d" % number) for number in range(200)]
HELD = "held for wrong keys"


def everywhere(number: int) -> Endpoint:
    return Endpoint(bytes((198, 18, number // 250, number % 250 + 1)), 500)


def guesser(gateway: IkeGateway) -> Guesser:
    return Guesser(gateway.receive, HERE, seeded(5))


def wrong_keys(gateway: IkeGateway) -> int:
    """How many of the messages were tried with all keys, in vain."""
    return len([one for one in gateway.seen(Refused) if one.reason is Reason.WRONG_KEY])


def redial(world: World, during: Callable[[float], None], seconds: int = 20) -> bool:
    """The client dials; meanwhile `during` happens every quarter of a second. Is it in?"""
    before = len(world.gateway.seen(Authenticated))
    world.net.send(world.client.dial(world.net.now))
    for _ in range(4 * seconds):
        during(world.net.now)
        world.net.run_for(1 / 4)
    return len(world.gateway.seen(Authenticated)) > before


def test_a_stranger_at_one_address_may_guess_now_and_then() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    at_work = guesser(gateway)
    for number in range(320):
        at_work.guess(STRANGER, 1000.0 + number / 32)
    most = GUESSES + GUESSES_PER_SECOND * 10
    assert GUESSES <= wrong_keys(gateway) <= most + 1
    assert gateway.core.counters[HELD] == 320 - wrong_keys(gateway)


def test_a_guess_is_charged_to_where_its_first_message_came_from() -> None:
    """Anybody can write another's address on the fifth: nothing is charged to whom he names."""
    gateway = IkeGateway(policy(), seeded(1))
    victim = endpoint(f"{OUTSIDE}:4500")
    at_work = guesser(gateway)
    for number in range(60):
        at_work.guess(STRANGER, 1000.0 + number / 1024, victim)
    assert wrong_keys(gateway) <= GUESSES + 1
    before = wrong_keys(gateway)
    at_work.guess(endpoint(f"{OUTSIDE}:500"), 1001.0)
    assert wrong_keys(gateway) == before + 1


def test_all_strangers_together_have_so_many_keys_tried_and_no_more() -> None:
    gateway = IkeGateway(policy(*MANY), seeded(1))
    at_work = guesser(gateway)
    for number in range(400):
        at_work.guess(everywhere(number % 200), 1000.0 + number / 256)
    tried = wrong_keys(gateway) * len(MANY)
    assert KEYS / 2 < tried <= KEYS + KEYS_PER_SECOND * 400 / 256 + len(MANY)


def test_who_has_failed_leaves_a_part_to_who_has_not() -> None:
    gateway = IkeGateway(policy(*MANY), seeded(1))
    at_work = guesser(gateway)
    for number in range(200):
        at_work.guess(everywhere(number % 20), 1000.0)
    assert wrong_keys(gateway) * len(MANY) <= KEYS - RESERVED + 20 * len(MANY)
    before = wrong_keys(gateway)
    at_work.guess(STRANGER, 1000.0)
    assert wrong_keys(gateway) == before + 1


def test_a_client_that_was_never_seen_gets_in_while_twenty_addresses_guess() -> None:
    world = meet(XP_SP2, rules=policy(*MANY, credential("old-pc")))
    at_work = guesser(world.gateway)

    def flood(now: float) -> None:
        for number in range(20):
            at_work.guess(everywhere(number), now)

    for _ in range(10):
        flood(world.net.now)
        world.net.run_for(1 / 4)
    assert redial(world, flood, 5)
    assert world.gateway.core.counters[HELD] > 100


def test_a_client_gets_in_from_its_usual_place_though_all_budgets_are_used_up() -> None:
    world = meet(XP_SP2, rules=policy(*MANY, credential("old-pc")))
    assert redial(world, lambda now: None)
    at_work = guesser(world.gateway)

    def flood(now: float) -> None:
        for number in range(60):  # always others: each has not failed before
            at_work.guess(everywhere(int(now * 240) % 50_000 + number), now)

    flood(world.net.now)
    assert redial(world, flood, 3)
    assert world.gateway.core.counters[HELD] > 100


def test_a_client_gets_in_from_the_very_nat_behind_which_somebody_guesses() -> None:
    world = meet(XP_SP2, rules=policy(*MANY, credential("old-pc")))
    assert redial(world, lambda now: None)
    at_work = guesser(world.gateway)
    there = endpoint(f"{OUTSIDE}:40000")

    def guess(now: float) -> None:
        at_work.guess(there, now)
        at_work.guess(there, now)

    for _ in range(20):
        guess(world.net.now)
    assert redial(world, guess)


def test_guesses_at_the_keys_seen_at_an_address_are_counted_too() -> None:
    """A key that can be guessed at all is guessed once a second at most, by a neighbour."""
    world = meet(XP_SP2)
    assert redial(world, lambda now: None)
    at_work, began = guesser(world.gateway), world.net.now
    there = endpoint(f"{OUTSIDE}:40000")
    for number in range(480):
        at_work.guess(there, began + number / 48)
    tried = world.gateway.core.counters["key tried in vain"]  # there is but one
    most = GUESSES + USUAL + (GUESSES_PER_SECOND + USUAL_PER_SECOND) * 10
    assert GUESSES + USUAL <= tried <= most + 2


def test_a_client_held_for_others_wrong_keys_gets_in_by_sending_its_message_again() -> None:
    world = meet(XP_SP2)
    at_work = guesser(world.gateway)
    there = endpoint(f"{OUTSIDE}:40000")
    for _ in range(40):
        at_work.guess(there, world.net.now)
    assert redial(world, lambda now: None)
    assert world.gateway.core.counters[HELD] > 0


def test_who_was_held_to_the_end_is_told_so_and_not_that_a_port_is_shut() -> None:
    world = meet(XP_SP2, rules=policy(half_open_per_source=250))
    at_work = guesser(world.gateway)
    there = endpoint(f"{OUTSIDE}:40000")
    for _ in range(40):
        at_work.guess(there, world.net.now)
    assert not redial(world, lambda now: at_work.guess(there, now), 40)
    reasons = {refused.reason for refused in world.gateway.seen(Refused)}
    assert Reason.TOO_MANY_GUESSES in reasons
    assert Reason.TIMED_OUT not in reasons


def test_when_it_is_over_everything_is_as_before() -> None:
    world = meet(XP_SP2, rules=policy(*MANY, credential("old-pc")))
    at_work = guesser(world.gateway)
    for number in range(500):
        at_work.guess(everywhere(number), world.net.now)
    world.net.run_for(60.0)
    before = world.gateway.core.counters[HELD]
    assert redial(world, lambda now: None)
    assert world.gateway.core.counters[HELD] == before
