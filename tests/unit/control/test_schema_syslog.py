"""The keys of `[syslog]`."""

from gateway.control.companions import Syslog
from gateway.control.schema_syslog import SYSLOG
from tests.unit.control.test_values_syslog import PEM
from tests.unit.control.written import GOOD, config_of

SOME = f'[syslog]\nserver = "logs.example.org"\nca = """\n{PEM}"""\n'


def test_without_it_nothing_is_sent() -> None:
    assert config_of(GOOD).syslog == Syslog("", 6514, "", "")


def test_its_keys_are_read() -> None:
    found = config_of(GOOD + SOME + 'port = 10514\nname = "collector"\n').syslog
    assert found == Syslog("logs.example.org", 10514, "collector", PEM)


def test_nothing_of_it_is_a_secret() -> None:
    assert not any(key.secret for key in SYSLOG.keys)
