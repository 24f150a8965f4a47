"""Power is back at a site with many old machines: all come up, and the servers are not rushed."""

import pytest

from gateway.bridge.pacing import APART
from tests.pair.storm import break_loose

CROWDED = "CDN 4: too many calls wait for the server already"


@pytest.mark.long
def test_forty_machines_behind_four_nats_are_up_as_fast_as_their_server_may_be_called() -> None:
    storm = break_loose(machines=40, sites=4, servers=1, within=2.0)
    assert (storm.up, storm.dials, storm.refused) == (40, 40, {})
    assert 39 * APART <= storm.last <= 39 * APART + 2.0


@pytest.mark.long
def test_over_a_bad_line_all_come_up_too() -> None:
    storm = break_loose(machines=24, sites=4, servers=2, within=1.0, loss=0.1, seed=3)
    assert storm.up == 24


@pytest.mark.long
def test_two_servers_that_are_full_leave_out_who_is_too_many_and_no_others() -> None:
    """NT takes as many calls as it has ports; the rest hears it at once and may try again."""
    storm = break_loose(machines=12, sites=2, servers=2, within=1.0, ports=5)
    assert storm.up == 10


@pytest.mark.long
def test_five_hundred_within_five_seconds_at_four_servers_are_up_at_the_first_dial() -> None:
    """With 64 that might wait at a server 164 were refused, and the last was up after 74 s."""
    storm = break_loose(machines=500, sites=50, servers=4, within=5.0)
    assert (storm.up, storm.dials, storm.refused) == (500, 500, {})
    assert storm.last < 500 / 4 * APART + 5.0


@pytest.mark.long
def test_five_hundred_at_one_server_come_up_in_its_own_time() -> None:
    """Forty seconds of calls may wait. Who is too many then dials again, and has lost nothing."""
    storm = break_loose(machines=500, sites=50, servers=1, within=60.0)
    assert storm.up == 500
    assert set(storm.refused) <= {CROWDED}
    assert storm.last < 500 * APART + 2.0
