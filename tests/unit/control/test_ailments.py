import pytest

from gateway.control.ailments import of_gateway
from gateway.control.causes import Cause
from gateway.control.sessions import StatusView


@pytest.mark.parametrize(
    ("status", "cause", "words"),
    [
        (StatusView(rules_ok=False), Cause.RULES_MISSING, "restart the gateway, which sets them"),
        (StatusView(rules_ok=True, queue_drops=3), Cause.QUEUE_OVERFLOWS, "somebody floods it"),
        (
            StatusView(rules_ok=True, config_problems=("line 3 is wrong.",)),
            Cause.CHANGE_REFUSED,
            "the old one is in force: line 3 is wrong; run `postern check`",
        ),
    ],
)
def test_what_is_wrong_with_the_gateway_itself_is_told_with_what_to_do(
    status: StatusView, cause: Cause, words: str
) -> None:
    [found] = of_gateway(status)
    assert (found.cause, found.weight) == (cause.value, 100)
    assert words in found.sentence


def test_of_a_gateway_that_is_well_nothing_is_told() -> None:
    assert of_gateway(StatusView(rules_ok=True)) == ()
