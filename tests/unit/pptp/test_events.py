"""Events are values."""

import pytest

from gateway.pptp.events import CallClosed, CallOpened, Finished, Send, ServerKnown


@pytest.mark.parametrize(
    "event",
    [
        Send(b"x"),
        ServerKnown("a", "b", 1, 2),
        CallOpened(1, 2, 3),
        CallClosed(0, 0, 0, "why", by_server=True),
        Finished(),
    ],
)
def test_an_event_is_frozen_and_equal_to_its_like(event: object) -> None:
    assert hash(event) == hash(event)
    with pytest.raises((AttributeError, TypeError)):
        event.anything = 1  # type: ignore[attr-defined]  # that it cannot be set is the test
