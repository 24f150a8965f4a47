"""What a failure says is fit to be shown to a person."""

import pytest

from gateway.ike.initiator_events import Failed, Why


@pytest.mark.parametrize("why", Why)
def test_a_reason_ends_a_sentence_about_the_server(why: Why) -> None:
    assert why.value.split()[0] in ("does", "takes", "refuses")
    assert not why.value.endswith(".")


def test_a_failure_without_more_to_say_is_one_too() -> None:
    assert Failed(Why.SILENT) == Failed(Why.SILENT, "")
