"""What the programs beside the daemon are told."""

import pytest

from gateway.control.companions import Accounting, Fleet, Metrics, Pair, Syslog
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.written import GOOD, config_of


def test_without_a_word_none_of_them_has_anything_to_do() -> None:
    config = config_of(GOOD)
    assert config.metrics.address is config.accounting.server is None
    assert config.pair.address is config.fleet.address is None
    assert config.syslog.server == ""
    assert (config.upgrade.replay, config.upgrade.redial_minutes) == (True, 0)


@pytest.mark.parametrize(
    "value", [Metrics(token=b"a secret"), Accounting(secret=b"a secret")], ids=["token", "secret"]
)
def test_a_secret_is_not_in_what_is_shown(value: object) -> None:
    assert "a secret" not in repr(value)


def test_two_are_equal_where_they_say_the_same() -> None:
    there = host_bytes("10.10.0.5")
    assert Pair(there) == Pair(there) != Pair()
    assert Fleet(there, (there,)) != Fleet(there)
    assert Syslog("log.example") == Syslog("log.example") != Syslog("other.example")
