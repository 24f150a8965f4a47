"""`postern explain` on the gateway, after real clients were turned away."""

from typing import Any

import pytest


@pytest.mark.interop("explained")
def test_before_anything_has_come_that_is_what_is_said(facts: dict[str, Any]) -> None:
    assert facts["before"].startswith("Nothing has come from client press; see whether it dials")
    assert "678 or 792 or 800 (Windows 2000, XP)" in facts["before"]


@pytest.mark.interop("explained")
def test_a_wrong_key_is_the_first_thing_said(facts: dict[str, Any]) -> None:
    told = facts["wrong_key"]
    assert told["cause"] == "wrong-key"
    assert told["text"].startswith("Client press has another pre-shared key than its `psk`")
    assert "enter the same key at both ends again" in told["text"].splitlines()[0]
    assert told["shown"]["nt5"] == [789, 792]
    assert "wrong key" in told["evidence"][0]


@pytest.mark.interop("explained")
def test_a_server_that_does_not_run_is_the_first_thing_said(facts: dict[str, Any]) -> None:
    told = facts["down"]
    assert told["cause"] == "server-port-shut"
    assert told["text"].splitlines()[0] == (
        "The server 10.10.0.2 is on, but nothing listens on TCP 1723; start its PPTP service."
    )


@pytest.mark.interop("explained")
def test_a_login_the_server_refuses_is_the_first_thing_said(facts: dict[str, Any]) -> None:
    told = facts["refused"]
    assert told["cause"] == "user-refused"
    assert told["text"].startswith("The server has refused user stranger: name or password is")
    assert told["shown"]["old"] == told["shown"]["nt5"] == [691]


@pytest.mark.interop("explained")
def test_a_client_that_is_connected_is_said_to_be(facts: dict[str, Any]) -> None:
    assert facts["up"]["text"].startswith("Client press is connected")
    assert "press" in facts["machines"]


@pytest.mark.interop("explained")
def test_the_number_on_the_screen_puts_first_what_shows_it(facts: dict[str, Any]) -> None:
    assert facts["number"].startswith("The server has refused user stranger")
