"""The budgets for keys tried in vain, and whose are tried first. The stories are in tests/pair."""

import pytest

from gateway.ike.places import MOST_PLACES, MOST_SEEN, Places
from gateway.ike.policy import MOST_CREDENTIALS
from gateway.ike.trials import (
    GUESSES,
    KEYS,
    KEYS_PER_SECOND,
    MOST_SOURCES,
    RESERVED,
    USUAL,
    Trial,
    Trials,
)
from tests.unit.ike.asker import credential

HERE, THERE = b"\xcb\0\x71\7", b"\xcb\0\x71\x63"
ALL = [credential(f"pc-{number}") for number in range(5)]
NOW = 100.0


def names(trial: Trial) -> list[str]:
    return [credential.name for credential in trial.credentials]


def host(number: int) -> bytes:
    return number.to_bytes(4, "big")


def fail(trials: Trials, where: bytes, times: int, now: float = NOW) -> None:
    for _ in range(times):
        trials.fail(trials.choose(ALL, where, now), where, now)


def test_whoever_was_seen_there_comes_first_the_last_one_before_all() -> None:
    trials = Trials(Places())
    trials.places.see("pc-3", HERE)
    trials.places.see("pc-1", HERE)
    trials.places.see("pc-4", THERE)
    assert names(trials.choose(ALL, HERE, NOW)) == ["pc-1", "pc-3", "pc-0", "pc-2", "pc-4"]
    assert trials.choose(ALL, HERE, NOW).whole
    trials.places.see("pc-3", HERE)
    assert names(trials.choose(ALL, HERE, NOW))[:2] == ["pc-3", "pc-1"]


def test_where_the_bound_on_keys_bites_the_usual_machine_is_within_it() -> None:
    trials, many = (
        Trials(Places()),
        [credential(f"pc-{number}") for number in range(MOST_CREDENTIALS + 9)],
    )
    trials.places.see(many[-1].name, HERE)
    chosen = trials.choose(many, HERE, NOW)
    assert len(chosen.credentials) == MOST_CREDENTIALS
    assert chosen.credentials[0] is many[-1]


def test_who_was_seen_and_may_not_come_from_there_any_more_is_not_tried() -> None:
    trials = Trials(Places())
    trials.places.see("pc-9", HERE)
    assert names(trials.choose(ALL, HERE, NOW)) == [one.name for one in ALL]


def test_a_source_that_has_used_up_its_guesses_is_left_with_what_is_usual_there() -> None:
    trials = Trials(Places())
    trials.places.see("pc-2", HERE)
    fail(trials, HERE, int(GUESSES))
    chosen = trials.choose(ALL, HERE, NOW)
    assert (names(chosen), chosen.whole) == (["pc-2"], False)
    assert trials.choose(ALL, THERE, NOW).whole
    fail(trials, HERE, int(USUAL))
    assert trials.choose(ALL, HERE, NOW) == ((), False)
    assert names(trials.choose(ALL, HERE, NOW + 1.0)) == ["pc-2"]
    assert trials.choose(ALL, HERE, NOW + 2.0).whole


def test_where_nobody_was_seen_nothing_is_left() -> None:
    trials = Trials(Places())
    fail(trials, HERE, int(GUESSES))
    assert trials.choose(ALL, HERE, NOW) == ([], False)


def test_where_no_key_was_tried_nothing_is_charged() -> None:
    trials = Trials(Places())
    for _ in range(1000):
        trials.fail(Trial((), False), HERE, NOW)
        trials.fail(Trial((), True), HERE, NOW)
    assert trials.choose(ALL, HERE, NOW).whole


def exhausted(down_to: float) -> Trials:
    """So many keys left of the budget of all; each source has failed once."""
    trials = Trials(Places())
    for number in range(int((KEYS - down_to) / len(ALL)) + 1):
        trials.fail(Trial(ALL, True), host(number), NOW)
    return trials


def test_the_last_part_of_the_budget_of_all_is_for_who_has_not_failed() -> None:
    trials = exhausted(RESERVED)
    assert not trials.choose(ALL, host(0), NOW).whole
    assert trials.choose(ALL, HERE, NOW).whole


@pytest.mark.parametrize("failed_before", [False, True])
def test_when_the_budget_of_all_is_used_up_only_what_is_usual_is_tried(failed_before: bool) -> None:
    trials = exhausted(0.0)
    there = host(0) if failed_before else HERE
    trials.places.see("pc-2", there)
    assert names(trials.choose(ALL, there, NOW)) == ["pc-2"]
    later = NOW + 2 * RESERVED / KEYS_PER_SECOND
    assert trials.choose(ALL, there, later).whole


def test_the_sources_remembered_are_bounded_who_failed_longest_ago_goes_first() -> None:
    trials = Trials(Places())
    fail(trials, HERE, int(GUESSES))
    for number in range(MOST_SOURCES - 1):
        trials.fail(Trial(ALL[:1], True), host(number), NOW)
    assert not trials.choose(ALL, HERE, NOW).whole
    trials.fail(Trial(ALL[:1], True), host(MOST_SOURCES), NOW)
    assert trials.choose(ALL, HERE, NOW).whole


def test_the_places_remembered_are_bounded() -> None:
    trials = Trials(Places())
    for number in range(MOST_PLACES + 1):
        trials.places.see("pc-4", host(number))
    assert names(trials.choose(ALL, host(0), NOW))[0] == "pc-0"
    assert names(trials.choose(ALL, host(1), NOW))[0] == "pc-4"


def test_the_clients_remembered_for_one_place_are_bounded() -> None:
    trials = Trials(Places())
    for number in range(MOST_SEEN + 1):
        trials.places.see(f"pc-{number}", HERE)
    many = [credential(f"pc-{number}") for number in range(MOST_SEEN + 1)]
    assert names(trials.choose(many, HERE, NOW))[-1] == "pc-0"
