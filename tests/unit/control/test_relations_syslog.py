"""Sending logs: what an owner can forget, and what is said of it."""

from tests.unit.control.test_schema_syslog import SOME
from tests.unit.control.written import GOOD, problems_of, told


def test_a_server_and_who_vouches_for_it_are_enough() -> None:
    assert told(GOOD + SOME) == []


def test_without_who_vouches_for_it_nothing_is_sent() -> None:
    [problem] = problems_of(GOOD + '[syslog]\nserver = "logs.example.org"\n')
    assert (problem.where, problem.warning) == ("syslog.ca", False)
    assert "anybody could be the collector" in problem.what


def test_without_a_server_it_is_refused() -> None:
    text = SOME.replace('server = "logs.example.org"\n', "")
    assert told(GOOD + text) == ["syslog.server: is missing"]


def test_an_address_needs_the_name_that_is_in_the_certificate() -> None:
    text = SOME.replace("logs.example.org", "10.10.0.5")
    [problem] = told(GOOD + text)
    assert problem.startswith("syslog.name: is missing, and a certificate is known by a name")
    assert told(GOOD + text + 'name = "logs.example.org"\n') == []
