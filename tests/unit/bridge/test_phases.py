from gateway.bridge.phases import Phase1
from tests.pair.net import endpoint


def test_of_a_new_phase_1_nothing_is_known_but_where_it_is() -> None:
    phase = Phase1(7, 10.0, endpoint("203.0.113.7:500"), endpoint("198.51.100.1:500"))
    assert (phase.client, phase.identity, phase.suite, phase.leg) == ("", "", "", None)
    assert phase.contact is None
