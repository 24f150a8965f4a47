"""The budgets for work done on behalf of strangers. The stories are in tests/pair."""

import pytest

from gateway.crypto.modp import GROUPS
from gateway.ike.effort import (
    ALL,
    ALL_PER_SECOND,
    EXPONENTIATIONS,
    FIRST,
    FIRSTS,
    MOST_SOURCES,
    OF_SOURCE,
    RESERVED,
    SOURCE,
    SOURCE_PER_SECOND,
    USUAL,
    Effort,
    exponentiations,
)
from gateway.ike.errors import Exhausted
from gateway.ike.places import Places

HERE, THERE = b"\xcb\0\x71\7", b"\xcb\0\x71\x63"
NOW = 100.0
COST = 1 / 128  # of a second


def host(number: int) -> bytes:
    return number.to_bytes(4, "big")


def done(effort: Effort, where: bytes, times: int, now: float = NOW) -> int:
    """How often it was let pass."""
    count = 0
    for _ in range(times):
        try:
            effort.charge(COST, where, now)
        except Exhausted:
            continue
        count += 1
    return count


def used_up(places: Places | None = None, *, down_to: float = 0.0) -> Effort:
    """So much left of the budget of all; every source has asked but once."""
    effort = Effort(places or Places())
    for number in range(int((ALL - down_to) / COST)):
        effort.charge(COST, host(number), NOW)
    return effort


def test_a_source_has_its_own_budget_and_it_grows() -> None:
    effort = Effort(Places())
    assert done(effort, HERE, 100) == SOURCE / COST
    assert done(effort, THERE, 100) == SOURCE / COST
    assert done(effort, HERE, 100, NOW + 2.5) == 2.5 * SOURCE_PER_SECOND / COST


def test_all_sources_have_one_budget_and_it_grows() -> None:
    effort = used_up()
    assert done(effort, HERE, 1) == 0
    assert done(effort, HERE, 100, NOW + 1.0) == ALL_PER_SECOND / COST


def test_the_last_quarter_is_for_who_has_used_less_than_half_of_its_own() -> None:
    effort = Effort(Places())
    half = int(SOURCE / 2 / COST)
    busy = [host(number) for number in range(int((ALL - RESERVED) / (half + 1) / COST) + 1)]
    for where in busy:
        done(effort, where, half + 1)
    assert done(effort, busy[0], 1) == 0
    assert done(effort, HERE, 1) == 1


def test_what_came_to_a_good_end_is_given_back_to_all_and_not_to_the_source() -> None:
    effort = Effort(Places())
    for _ in range(int(SOURCE / COST)):
        effort.give_back(effort.charge(COST, HERE, NOW))
    assert done(effort, HERE, 1) == 0
    for number in range(int(ALL / COST)):
        assert done(effort, host(number), 1) == 1


def test_where_a_client_was_seen_there_is_more_and_that_has_an_end_too() -> None:
    places = Places()
    places.see("old-pc", HERE)
    effort = used_up(places)
    assert done(effort, HERE, 100) == int(USUAL / COST) + 1
    assert done(effort, THERE, 1) == 0


def test_what_is_used_of_the_usual_budget_is_not_given_back_to_all() -> None:
    places = Places()
    places.see("old-pc", HERE)
    assert used_up(places).charge(COST, HERE, NOW) == 0.0


def test_what_came_to_nothing_may_cost_more_than_there_is() -> None:
    effort = Effort(Places())
    effort.charge(COST, HERE, NOW)
    effort.spend(2 * SOURCE, HERE, NOW)
    assert done(effort, HERE, 1, NOW + SOURCE / SOURCE_PER_SECOND) == 0
    effort.spend(ALL, THERE, NOW)  # of whom nothing is known
    assert done(effort, THERE, 1) == 0


def test_the_sources_remembered_are_bounded_the_one_charged_longest_ago_goes() -> None:
    effort = Effort(Places())
    assert done(effort, HERE, 100) == SOURCE / COST
    for number in range(MOST_SOURCES):
        done(effort, host(number), 1)
    later = NOW + 1.0
    assert done(effort, HERE, 1, later) == 1
    assert done(effort, HERE, 100, later) > SOURCE_PER_SECOND / COST


def test_every_group_has_its_cost_and_what_is_none_costs_most() -> None:
    assert {group.length for group in GROUPS.values()} == set(EXPONENTIATIONS)
    assert exponentiations(128) < exponentiations(256) == exponentiations(4096)


def test_it_says_whose_work_it_was() -> None:
    effort = used_up()
    with pytest.raises(Exhausted, match="203.0.113.7, or all together"):
        effort.charge(COST, HERE, NOW)


def heard(effort: Effort, where: bytes, times: int, now: float = NOW, length: int = 300) -> int:
    """How many first messages were to be read."""
    count = 0
    for _ in range(times):
        try:
            effort.hear(length, where, now)
        except Exhausted:
            continue
        count += 1
    return count


def test_first_messages_of_one_source_have_a_budget_and_it_grows() -> None:
    effort = Effort(Places())
    most = OF_SOURCE / FIRST
    assert heard(effort, HERE, 1000) == pytest.approx(most, abs=1)
    assert heard(effort, HERE, 1000, NOW + 1.0) == pytest.approx(60, abs=1)
    assert heard(effort, THERE, 100, length=5000) == pytest.approx(most / 5, abs=1)


def test_first_messages_of_all_have_one_too_and_known_places_are_heard_beyond_it() -> None:
    places = Places()
    places.see("old-pc", HERE)
    effort = Effort(places)
    read = sum(heard(effort, host(number), 1) for number in range(5000))
    assert read == pytest.approx(FIRSTS / FIRST, abs=1)
    assert heard(effort, THERE, 1) == 0
    assert heard(effort, HERE, 1000) == pytest.approx(OF_SOURCE / FIRST, abs=1)
    later = sum(heard(effort, host(number), 1, NOW + 1.0) for number in range(5000))
    assert later == pytest.approx(600, abs=2)


def test_the_sources_of_first_messages_do_not_push_out_those_that_were_charged() -> None:
    effort = Effort(Places())
    done(effort, HERE, 100)
    for number in range(MOST_SOURCES + 10):
        heard(effort, host(number), 1, NOW)
    assert done(effort, HERE, 1) == 0
