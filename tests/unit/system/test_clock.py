"""The clock."""

from gateway.system.clock import now


def test_it_never_goes_back() -> None:
    seen = [now() for _ in range(100)]
    assert seen == sorted(seen)
