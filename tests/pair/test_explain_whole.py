"""Whether every cause and number is provoked by a story, or it is known why it is not."""

import pytest

from gateway.control.causes import UNSEEN, Cause
from gateway.control.windows import causes_of, is_seen
from tests.pair import (
    explain_world,
    test_explain,
    test_explain_certificates,
    test_explain_mppe,
    test_explain_native,
    test_explain_rare,
)
from tests.pair.explain_world import ask
from tests.unit.control.test_windows import ASKED_FOR

ALONE = {  # stories with a test of their own
    Cause.OTHER_PROTOCOL,
    Cause.FORGOTTEN_KEYS,
    Cause.ADDRESS_NOT_ALLOWED,
    Cause.SERVER_IKE_REFUSES,
    Cause.NO_INSIDE_ADDRESS,
    Cause.SERVER_LOST,
    Cause.NO_POOL,
    Cause.NO_PPPD,
    Cause.NO_TRAFFIC,
}
OF_THE_GATEWAY = {Cause.RULES_MISSING, Cause.QUEUE_OVERFLOWS, Cause.CHANGE_REFUSED}
# No story of whole packets comes to these: a race of a moment, or words for what has none better.
# They are in tests/unit/control: test_diagnose.py, test_hints.py, test_explain.py.
BY_RULE = {
    Cause.BAD_IDENTITY,
    Cause.CERTIFICATE_REFUSED,
    Cause.KEYS_DELETED,
    Cause.STOPPING,
    Cause.SERVER_DOWN,
    Cause.UNKNOWN,
}
PLAYED = {
    case[1]
    for module in (
        test_explain,
        test_explain_rare,
        test_explain_native,
        test_explain_certificates,
        test_explain_mppe,
    )
    for case in module.CASES
}


def test_every_cause_is_provoked_or_stands_here_with_the_reason() -> None:
    assert PLAYED | ALONE | OF_THE_GATEWAY | BY_RULE | set(UNSEEN) == set(Cause)
    assert not PLAYED & (OF_THE_GATEWAY | BY_RULE | set(UNSEEN))


@pytest.mark.parametrize("number", [number for number in ASKED_FOR if is_seen(number)])
def test_a_number_that_the_gateway_can_see_has_a_story(number: int) -> None:
    assert PLAYED & set(causes_of(number))


@pytest.mark.parametrize(("number", "cause"), list(zip((768, 781, 791), UNSEEN, strict=True)))
def test_of_the_other_numbers_only_that_nothing_came_is_seen(number: int, cause: Cause) -> None:
    assert not is_seen(number)
    first, *others = ask(explain_world.nothing_comes())
    assert first.cause == Cause.NOTHING_ARRIVES.value
    [found] = [one for one in others if number in one.shown.all]
    assert (found.cause, found.dial, found.evidence) == (cause.value, 0, ())
    assert "may" in found.sentence
    assert found.weight < first.weight
