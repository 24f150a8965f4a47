"""`[upgrade]`: what it may say."""

from gateway.control.companions import Upgrade
from tests.unit.control.written import GOOD, config_of, problems_of


def test_nothing_said_means_recordings_count_and_nobody_is_waited_for() -> None:
    assert config_of(GOOD).upgrade == Upgrade(replay=True, redial_minutes=0)


def test_both_may_be_said() -> None:
    text = GOOD + "[upgrade]\nreplay = false\nredial_minutes = 90\n"
    assert config_of(text).upgrade == Upgrade(replay=False, redial_minutes=90)


def test_longer_than_a_day_nobody_is_waited_for() -> None:
    [problem] = problems_of(GOOD + "[upgrade]\nredial_minutes = 1441\n")
    assert "redial_minutes" in problem.where
