"""One time for each key, the smallest first."""

from gateway.ike.timers import SLACK, Timers


def test_the_deadline_is_the_smallest_time() -> None:
    timers: Timers[str] = Timers()
    assert timers.deadline() is None
    timers.set("late", 9.0)
    timers.set("soon", 3.0)
    assert timers.deadline() == 3.0


def test_what_is_due_comes_in_order_and_once() -> None:
    timers: Timers[str] = Timers()
    timers.set("b", 2.0)
    timers.set("a", 1.0)
    timers.set("c", 3.0)
    assert list(timers.due(2.0)) == ["a", "b"]
    assert list(timers.due(2.0)) == []
    assert timers.deadline() == 3.0


def test_what_one_takes_away_while_it_is_looked_after_is_not_due_any_more() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1.0)
    timers.set("b", 2.0)
    due = timers.due(9.0)
    assert next(due) == "a"
    timers.set("b", None)
    assert list(due) == []


def test_a_time_can_be_changed_and_taken_away() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1.0)
    timers.set("a", 5.0)
    timers.set("b", 2.0)
    timers.set("b", None)
    timers.set("never there", None)
    assert timers.deadline() == 5.0
    assert list(timers.due(4.0)) == []
    assert list(timers.due(5.0)) == ["a"]


def test_the_same_time_again_costs_nothing() -> None:
    timers: Timers[str] = Timers()
    for _ in range(3):
        timers.set("a", 1.0)
    assert list(timers.due(1.0)) == ["a"]


def test_a_time_moved_without_end_does_not_grow() -> None:
    timers: Timers[str] = Timers()
    for second in range(10000):
        timers.set("a", float(second))
    assert len(timers) == 1
    assert timers.entries <= SLACK + 3
    assert list(timers.due(9999.0)) == ["a"]
