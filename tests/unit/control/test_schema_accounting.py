"""The keys of `[accounting]`."""

from gateway.control.companions import Accounting
from gateway.control.schema_accounting import ACCOUNTING
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.written import GOOD, config_of, told

SECRET = "a-long-random-text"
SOME = f'[accounting]\nserver = "10.10.0.5"\nsecret = "{SECRET}"\naddress = "10.10.0.1"\n'


def test_without_it_nobody_is_told_of_sessions() -> None:
    assert config_of(GOOD).accounting == Accounting(None, 1813, b"", None, 300, False, 3799, "")


def test_its_keys_are_read() -> None:
    more = "port = 1646\ninterim_seconds = 60\ndisconnect = true\ndisconnect_port = 1700\n"
    found = config_of(GOOD + SOME + more + 'nas_identifier = "postern-1"\n').accounting
    server, address = host_bytes("10.10.0.5"), host_bytes("10.10.0.1")
    assert found == Accounting(server, 1646, SECRET.encode(), address, 60, True, 1700, "postern-1")


def test_the_secret_is_one() -> None:
    assert SECRET not in repr(config_of(GOOD + SOME))
    assert [key.name for key in ACCOUNTING.keys if key.secret] == ["secret"]


def test_interim_accounts_come_no_more_often_than_the_rfc_allows() -> None:
    [problem] = told(GOOD + SOME + "interim_seconds = 10\n")
    assert problem.startswith("accounting.interim_seconds: is 10")
