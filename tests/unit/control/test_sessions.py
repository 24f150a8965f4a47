import dataclasses
import json

import pytest

from gateway.control.sessions import (
    STATES,
    SessionView,
    StatusView,
    session_from_json,
    status_from_json,
    to_json,
)

SESSION = SessionView(
    id=7,
    client="press-3",
    peer="203.0.113.10:61001",
    since=12.5,
    state="up",
    spi_in="c0ffee01",
    drops={"replay": 2},
    bytes_in=1200,
)
STATUS = StatusView(
    version="0.1.0", sessions=2, counters={"esp": 9}, config_problems=("is wrong",), rules_ok=True
)


def test_a_session_goes_through_json_unchanged() -> None:
    assert session_from_json(json.loads(json.dumps(to_json(SESSION)))) == SESSION


def test_the_status_goes_through_json_unchanged() -> None:
    assert status_from_json(json.loads(json.dumps(to_json(STATUS)))) == STATUS


def test_another_version_may_know_more_or_less() -> None:
    assert session_from_json({"id": 3, "colour": "green"}) == SessionView(id=3)


def test_whole_seconds_are_seconds() -> None:
    assert session_from_json({"since": 3}).since == 3.0


@pytest.mark.parametrize(
    "data",
    [
        {"id": "7"},
        {"id": True},
        {"client": None},
        {"since": True},
        {"drops": {"replay": "2"}},
        {"drops": []},
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(data))):
        session_from_json(data)


def test_a_status_with_problems_that_are_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="config_problems"):
        status_from_json({"config_problems": [1]})


def test_a_session_says_how_its_inside_leg_is_encrypted_from_the_start() -> None:
    assert SessionView().encryption == "clear"
    assert SessionView().state in STATES


def test_no_view_has_a_place_for_a_secret() -> None:
    names = {one.name for kind in (SessionView, StatusView) for one in dataclasses.fields(kind)}
    assert not [name for name in names if "psk" in name or "key" in name or "secret" in name]
