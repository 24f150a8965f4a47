import pytest

from gateway.control.findings import Entry
from gateway.control.schema import CLIENT
from gateway.control.sessions import SessionView, StatusView
from gateway.control.values import network
from gateway.user.console.why import explain

GOOD = StatusView(rules_ok=True)
PRESS = Entry(
    CLIENT, 0, {"name": "press-3", "route": "old-nt4", "address": network("203.0.113.0/24")}
)
ANYWHERE = Entry(CLIENT, 1, {"name": "scale-7", "route": "old-nt4"})
BY_ADDRESS = "5 s ago: Client 203.0.113.9:500 was not let through: wrong key. Enter it again."
BY_NAME = "9 s ago: The client was not let through: server refused (scale-7). Look there."


def told(word: str, status: StatusView = GOOD, *sessions: SessionView) -> str:
    found = explain(word, status, sessions, [PRESS, ANYWHERE], ["198.51.100.1"])
    return "\n".join(found)


def test_what_is_set_up_is_said_first() -> None:
    lines = told("press-3").split("\n")
    assert lines[:3] == [
        "The gateway runs and takes dials.",
        "It is set up: it may come from 203.0.113.0/24, by the route old-nt4.",
        "It has to dial 198.51.100.1.",
    ]
    assert "from anywhere" in told("scale-7")


def test_a_word_that_is_no_client_is_taken_for_an_address() -> None:
    assert "No client is called '192.0.2.7'" in told("192.0.2.7")


def test_without_any_trace_it_says_where_to_look() -> None:
    assert "Nothing of it has arrived" in told("press-3")


@pytest.mark.parametrize("word", ["press-3", "203.0.113.9", " 203.0.113.9 "])
def test_refusals_are_found_by_the_clients_addresses(word: str) -> None:
    found = told(word, StatusView(rules_ok=True, refusals=(BY_ADDRESS,)))
    assert f"Refused of late, the newest first:\n  {BY_ADDRESS}" in found


def test_refusals_are_found_by_the_clients_name() -> None:
    found = told("scale-7", StatusView(rules_ok=True, refusals=(BY_NAME, BY_ADDRESS)))
    assert f"newest first:\n  {BY_NAME}" in found
    assert f"one of them may be it:\n  {BY_ADDRESS}" in found


def test_a_session_of_it_is_told_with_its_last_error() -> None:
    session = SessionView(
        id=7, client="press-3", peer="203.0.113.9:4500", state="up", last_error="frame lost"
    )
    found = told("press-3", GOOD, session)
    assert "Session 7 from 203.0.113.9:4500 is up. Last error: frame lost." in found
    assert "Nothing of it has arrived" not in found


def test_trouble_of_the_gateway_itself_comes_first() -> None:
    bad = StatusView(rules_ok=False, config_problems=("it is wrong",), queue_drops=4)
    assert told("press-3", bad).split("\n")[:3] == [
        "The firewall's rules are not in place: no dial can arrive. Restart the gateway.",
        "The last change was refused by the gateway: it is wrong",
        "4 packets were lost since more came than can be read.",
    ]
