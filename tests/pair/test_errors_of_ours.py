"""An error in the gateway itself costs what it was about, and nobody else anything."""

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
