"""A file for a program that is to see one table alone."""

import tomllib

from gateway.control.excerpts import accounting_of, metrics_of
from tests.unit.control.written import GOOD

METRICS = '[metrics]\naddress = "10.10.0.1"\ntoken = "a-token-of-24-characters"\nsessions = true\n'
ACCOUNTING = '[accounting]\nserver = "10.10.0.5"\nsecret = "a-secret-of-24-characters"\n'


def test_it_is_that_table_as_it_was_written_and_no_other() -> None:
    assert tomllib.loads(metrics_of(GOOD + METRICS)) == tomllib.loads(METRICS)
    named = ACCOUNTING + 'address = "10.10.0.1"\n'
    assert tomllib.loads(accounting_of(GOOD + named)) == tomllib.loads(named)


def test_a_key_that_is_not_known_stays_behind() -> None:
    assert tomllib.loads(metrics_of(METRICS + 'psk = "x"\n')) == tomllib.loads(METRICS)


def test_any_text_comes_back_as_it_was() -> None:
    odd = METRICS.replace("a-token-of-24-characters", "'\\\\\\\"#")
    assert tomllib.loads(metrics_of(odd)) == tomllib.loads(odd)


def test_without_the_table_there_is_no_file() -> None:
    assert metrics_of(GOOD) == accounting_of(GOOD) == metrics_of("metrics = 7\n") == ""
