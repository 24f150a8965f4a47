"""So many at once, and no more."""

import threading

import pytest

from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import Kind, Outcome, Unreachable
from gateway.user.remote.together import together

BOXES = [Where(f"gw-{number}", "192.0.2.1") for number in range(8)]
PATIENCE = 60.0  # seconds until a test that went wrong ends


def well(where: Where) -> Outcome:
    return Outcome(where.name, Kind.WELL)


@pytest.mark.parametrize("at_once", [1, 3, 8, 20])
def test_every_box_has_its_outcome(at_once: int) -> None:
    found = list(together(BOXES, well, at_once))
    assert sorted(one.name for one in found) == [where.name for where in BOXES]


def test_as_many_work_at_the_same_time_as_was_said_and_no_more() -> None:
    """Each waits until there are three, so three there are; and counts who is there with it."""
    most: list[int] = []
    present: set[str] = set()
    full = threading.Event()

    def work(where: Where) -> Outcome:
        present.add(where.name)
        most.append(len(present))
        if len(most) >= 3:
            full.set()
        assert full.wait(PATIENCE)
        present.discard(where.name)
        return well(where)

    assert len(list(together(BOXES, work, 3))) == len(BOXES)
    assert max(most) == 3


def test_a_box_that_hangs_does_not_hold_the_others() -> None:
    hangs = threading.Event()

    def work(where: Where) -> Outcome:
        assert where.name != "gw-0" or hangs.wait(PATIENCE)
        return well(where)

    found = together(BOXES, work, 2)
    first = [next(found).name for _ in BOXES[1:]]
    assert sorted(first) == [where.name for where in BOXES[1:]]
    hangs.set()
    assert next(found).name == "gw-0"


def test_what_fails_on_one_box_is_its_outcome_alone() -> None:
    def work(where: Where) -> Outcome:
        if where.name == "gw-2":
            raise Unreachable("it is silent", "Look at it")
        return well(where)

    kinds = {one.name: one.kind for one in together(BOXES, work, 2)}
    assert kinds.pop("gw-2") is Kind.UNREACHABLE
    assert set(kinds.values()) == {Kind.WELL}
    assert len(kinds) == len(BOXES) - 1


def test_where_a_failure_stops_it_the_boxes_behind_are_left_alone() -> None:
    done = []

    def work(where: Where) -> Outcome:
        done.append(where.name)
        if where.name == "gw-2":
            raise Unreachable("it has not come back", "Look at it")
        return well(where)

    found = {one.name: one for one in together(BOXES, work, 1, stops=True)}
    assert done == ["gw-0", "gw-1", "gw-2"]
    assert [name for name, one in found.items() if not one.asked] == [
        where.name for where in BOXES[3:]
    ]


def test_a_fault_of_our_own_is_not_told_as_a_boxs() -> None:
    def work(where: Where) -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(together(BOXES, work, 2))
