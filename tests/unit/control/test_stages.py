"""How far a dial had come."""

import pytest

from gateway.control.causes import Cause
from gateway.control.stages import END, L2TP, MAIN, PPP, QUICK, SERVER, stage_of


@pytest.mark.parametrize(
    ("cause", "stage"),
    [
        (Cause.NO_PROPOSAL, MAIN),
        (Cause.WRONG_KEY, MAIN),
        (Cause.OTHER_IDENTITY, MAIN),
        (Cause.QUICK_MODE_REFUSED, QUICK),
        (Cause.SESSION_LIMIT, L2TP),
        (Cause.SERVER_OFF, SERVER),
        (Cause.CALL_WAITS, SERVER),
        (Cause.USER_REFUSED, PPP),
        (Cause.NO_TRAFFIC, PPP),
        (Cause.CLIENT_VANISHED, END),
        (Cause.RULES_MISSING, MAIN),
        (Cause.UNKNOWN, MAIN),
    ],
)
def test_the_stage_is_that_of_the_cause(cause: Cause, stage: str) -> None:
    assert stage_of(cause) == stage


def test_every_cause_has_one() -> None:
    assert {stage_of(cause) for cause in Cause} == {MAIN, QUICK, L2TP, SERVER, PPP, END}
