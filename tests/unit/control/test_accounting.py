"""What the gateway tells of sessions, through JSON and back."""

import json
from typing import Any

import pytest

from gateway.control.accounting import (
    Sitting,
    Told,
    sitting_from_json,
    told_from_json,
    told_to_json,
)

ADA = Sitting(number=7, began=100.5, client="press-3", user="ada", bytes_in=1 << 40, over=True)


@pytest.mark.parametrize(
    "told", [Told(), Told(5.0, 3, 1, (ADA,), (ADA, Sitting())), Told(5.0, 3, living=())]
)
def test_it_is_read_as_it_was_told(told: Told) -> None:
    assert told_from_json(json.loads(json.dumps(told_to_json(told)))) == told


def test_versions_may_differ_in_what_they_tell_of_a_session() -> None:
    assert sitting_from_json({"number": 7, "shoe_size": 43}) == Sitting(number=7)
    assert sitting_from_json({"began": 7}) == Sitting(began=7.0)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"started": 1.0, "last": "3", "lost": 0, "news": []},
        {"started": 1.0, "last": 3, "lost": 0},
        {"started": 1.0, "last": 3, "lost": 0, "news": [], "living": {}},
        {"started": 1.0, "last": 3, "lost": 0, "news": ["ada"]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"number": "7"}]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"number": True}]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"bytes_in": -1}]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"bytes_in": 1 << 70}]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"user": None}]},
        {"started": 1.0, "last": 3, "lost": 0, "news": [{"began": float("nan")}]},
    ],
)
def test_what_is_no_account_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="session"):
        told_from_json(data)
