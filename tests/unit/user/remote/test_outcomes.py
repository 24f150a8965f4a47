"""What the command returns, and what it says as JSON."""

import pytest

from gateway.user.client import DaemonError
from gateway.user.remote.outcomes import (
    EXPLAINED,
    Kind,
    NotTrusted,
    Outcome,
    RefusedThere,
    Unreachable,
    exit_status,
    left_alone,
    of_error,
    of_status,
    to_json,
)

WELL = Outcome("gw-1", Kind.WELL, {"version": "0.1.0"})
HINT = "Look at its console"
FAULTS = [
    (DaemonError("no", HINT), 1),
    (RefusedThere("no", HINT), 1),
    (RefusedThere("not running", HINT, 3), 3),
    (RefusedThere("interrupted", HINT, 130), 1),
    (Unreachable("silent", HINT), 4),
    (NotTrusted("another key", HINT), 5),
]


@pytest.mark.parametrize(("error", "status"), FAULTS, ids=lambda one: str(one))
def test_each_fault_has_its_exit_status(error: DaemonError, status: int) -> None:
    assert exit_status([WELL, of_error("gw-2", error), WELL]) == status
    assert f"  {status}  " in EXPLAINED


def test_of_several_the_worst_counts() -> None:
    errors = [of_error("gw-2", error) for error, _ in FAULTS]
    assert exit_status([*errors, WELL]) == 5
    assert exit_status(errors[:5]) == 4
    assert exit_status([WELL]) == exit_status([]) == 0


@pytest.mark.parametrize(("status", "kind"), [(0, "WELL"), (1, "REFUSED"), (2, "REFUSED"),
    (3, "NOT_RUNNING"), (4, "REFUSED"), (127, "REFUSED")])  # fmt: skip
def test_what_a_command_there_returned_is_never_taken_for_a_broken_line(
    status: int, kind: str
) -> None:
    assert of_status(status) is Kind[kind]


def test_json_has_every_box_with_what_came_of_it() -> None:
    outcomes = [
        WELL,
        of_error("gw-2", NotTrusted("it has another key", HINT)),
        of_error("gw-3", RefusedThere("down", HINT, 3), {"box": 1}),
        left_alone("gw-4"),
    ]
    found = to_json(outcomes)
    assert found["status"] == 5
    assert found["boxes"] == [
        {"name": "gw-1", "outcome": "well", "result": {"version": "0.1.0"}},
        {"name": "gw-2", "outcome": "not trusted", "error": "it has another key", "hint": HINT},
        {
            "name": "gw-3",
            "outcome": "not running",
            "error": "down",
            "hint": HINT,
            "result": {"box": 1},
        },
        {
            "name": "gw-4",
            "outcome": "left alone",
            "error": "was left alone, for another box failed before it",
            "hint": "Look at that one, then go on with this",
        },
    ]
