import json

import pytest

from gateway.control.causes import Shown
from gateway.control.diagnosis import Diagnosis, diagnosis_from_json, diagnosis_to_json

ONE = Diagnosis(
    "wrong-key",
    "The client has another key; enter it again.",
    "Enter it again",
    ("It was not let through.",),
    Shown((678,), (789, 792)),
    False,
    55,
    7,
    "203.0.113.7:500",
    12.5,
)


def test_a_diagnosis_goes_through_json_and_back() -> None:
    assert diagnosis_from_json(json.loads(json.dumps(diagnosis_to_json(ONE)))) == ONE


@pytest.mark.parametrize("missing", ["cause", "shown", "evidence", "weight"])
def test_a_part_that_is_missing_is_an_error_and_not_a_crash(missing: str) -> None:
    data = diagnosis_to_json(ONE)
    del data[missing]
    with pytest.raises(ValueError, match=missing):
        diagnosis_from_json(data)


@pytest.mark.parametrize(
    "changed",
    [
        {"cause": 7},
        {"evidence": "text"} | {"peer": None},
        {"shown": {"old": "678", "nt5": [], "later": []}},
        {"shown": {"old": ["678"], "nt5": [], "later": []}},
        {"ago": "long"},
        {"weight": None},
    ],
)
def test_what_is_of_another_kind_is_an_error_and_not_a_crash(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        diagnosis_from_json(diagnosis_to_json(ONE) | changed)
