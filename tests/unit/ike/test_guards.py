"""What stands between strangers and our work, together."""

import pytest

from gateway.ike.effort import ALL, SOURCE
from gateway.ike.errors import Exhausted
from gateway.ike.events import Reason
from gateway.ike.guards import Guards
from tests.unit.ike.asker import PEER, Asker, meet


def test_a_phase_that_is_held_remembers_why() -> None:
    meeting = meet()
    meeting.give(meeting.asker.first())
    (phase,) = meeting.ike.sas.half_open.values()
    guards = Guards()
    guards.charge(phase, SOURCE, 100.0)
    with pytest.raises(Exhausted):
        guards.charge(phase, SOURCE, 100.0)
    assert (phase.held, phase.spent) == (Reason.TOO_MANY_HALF_OPEN, SOURCE)


def test_a_client_that_is_let_in_is_known_there_and_has_cost_nothing() -> None:
    meeting = meet(asker=Asker())
    meeting.main_mode()
    (phase,) = meeting.ike.sas.phases.values()
    assert phase.spent == 0.0
    guards = Guards()
    guards.effort.spend(ALL, PEER.host, 100.0)
    phase.spent = ALL
    guards.welcome(phase)
    assert PEER.host in guards.places
    guards.charge(phase, SOURCE, 100.0)
    assert phase.spent == SOURCE
