from gateway.bridge.budget import Budget


def test_a_burst_is_allowed_and_no_more() -> None:
    budget = Budget(3, 1.0)
    assert [budget.take(100.0) for _ in range(5)] == [True, True, True, False, False]


def test_it_grows_by_its_rate_and_not_beyond_its_burst() -> None:
    budget = Budget(3, 0.5)
    assert [budget.take(100.0) for _ in range(4)][-1] is False
    assert [budget.take(102.0) for _ in range(2)] == [True, False]
    assert [budget.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_a_steady_trickle_within_the_rate_always_passes() -> None:
    budget = Budget(1, 2.0)
    assert all(budget.take(100.0 + each / 2) for each in range(100))
