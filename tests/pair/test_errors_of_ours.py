"""An error in the gateway itself costs what it was about, and nobody else anything."""

import pytest

from gateway.bridge.gateway import AFTER_ERROR
from tests.pair.tables import check
from tests.soak.week import Week


def with_one_up() -> Week:
    week = Week(kinds=("safenet",))
    week.net.run_for(10.0)
    assert week.people[0].up
    return week


def test_a_timer_that_failed_has_its_turn_again() -> None:
    """There is no memory when the client is to be asked whether it lives."""
    week = with_one_up()
    week.people[0].alive = False
    week.gateway.chance.fails = 1
    week.net.run_for(60.0)
    assert week.gateway.errors
    check(week.core, late=week.net.now + AFTER_ERROR)
    week.gateway.chance.fails = 0
    week.net.run_for(12 * 3600.0)
    assert not week.core.sessions
    assert not week.core.clients.phases
    assert not week.core.clients.by_spi


def test_a_session_whose_end_failed_half_way_is_over_none_the_less() -> None:
    """There is no memory for the word to the client, so the one to the server was never said."""
    week = with_one_up()
    [number] = week.core.sessions
    week.people[0].alive = False
    leg = week.core.sessions[number].leg
    assert leg.current is not None
    outbound = leg.current.outbound
    outbound._drawn_at = len(outbound._drawn)  # or a word more would need none
    week.gateway.chance.fails = 1
    with pytest.raises(MemoryError):
        week.core.disconnect(number, "asked to", week.net.now)
    week.gateway.chance.fails = 0
    week.net.run_for(120.0)
    assert not week.core.sessions
    assert not week.gateway.open_connections


def test_a_session_that_an_error_has_left_half_done_is_looked_at_again() -> None:
    """What was touched before the error has another deadline, and nobody had noted that."""
    week = with_one_up()
    [session] = week.core.sessions.values()
    session.part_by = week.net.now
    with pytest.raises(AssertionError):
        check(week.core)
    week.core.recover()
    check(week.core)
