"""What the control socket answers; the asking end is `user/client.py`."""

import json
from dataclasses import replace

import pytest

from gateway.bridge.answers import answer
from gateway.bridge.replies import Answer
from gateway.control.accounting import told_from_json
from gateway.control.companions import Accounting
from gateway.control.diagnosis import diagnosis_from_json
from gateway.control.sessions import session_from_json
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import World, meet


def up() -> World:
    world = meet()
    world.call_up()
    return world


def ask(world: World, **request: object) -> Answer:
    found, outputs = answer(world.core, request, world.net.now)
    world.ask(outputs)
    assert json.loads(json.dumps(found)) == found
    return found


def test_sessions_are_a_list_that_the_other_end_understands() -> None:
    found = ask(up(), verb="sessions")
    assert found["ok"] is True
    assert isinstance(found["result"], list)
    [view] = map(session_from_json, found["result"])
    assert view.state == "up"


def test_a_session_comes_with_the_account_of_its_dial() -> None:
    found = ask(up(), verb="session", id=1)["result"]
    assert isinstance(found, dict)
    assert found["session"]["client"] == "old-pc"
    assert len(found["account"]) > 10
    assert [line["ms"] for line in found["account"]] == sorted(
        line["ms"] for line in found["account"]
    )


def test_a_dial_that_is_over_still_has_its_account() -> None:
    world = up()
    ask(world, verb="disconnect", id=1)
    world.net.run_for(5.0)
    found = ask(world, verb="session", id=1)["result"]
    assert isinstance(found, dict)
    assert found["session"] is None
    assert found["account"]


@pytest.mark.parametrize("request_", [{"id": 1}, {"client": "old-pc"}])
def test_a_session_is_disconnected_by_number_or_by_client(request_: dict[str, object]) -> None:
    world = up()
    assert ask(world, verb="disconnect", **request_) == {"ok": True, "result": {"closed": [1]}}
    world.net.run_for(5.0)
    assert world.core.idle()
    assert world.clients[0].lac.ended[0][3] == "the owner of the gateway ended it"


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"verb": "make tea"},
        {"verb": ["sessions"]},
        {"verb": "session"},
        {"verb": "session", "id": "one"},
        {"verb": "session", "id": 99},
        {"verb": "accounting", "behind": 0},
        {"verb": "disconnect"},
        {"verb": "disconnect", "id": 99},
        {"verb": "disconnect", "client": "nobody"},
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_hint(request_: dict[str, object]) -> None:
    found = ask(up(), **request_)
    assert found["ok"] is False
    assert found["error"]
    assert found["hint"]


def test_why_a_client_does_not_connect_is_a_list_the_other_end_understands() -> None:
    found = ask(up(), verb="explain", word="old-pc")["result"]
    assert isinstance(found, dict)
    [first] = map(diagnosis_from_json, found["diagnoses"])
    assert first.cause == "connected"


def test_without_a_word_every_machine_is_told() -> None:
    found = ask(up(), verb="explain")["result"]
    assert isinstance(found, dict)
    [machine] = found["machines"]
    assert machine["machine"] == "old-pc"
    assert diagnosis_from_json(machine["diagnosis"]).cause == "connected"


@pytest.mark.parametrize("word", ["nobody", "", 7, "999.1.1.1"])
def test_a_word_that_names_nothing_is_refused_with_what_to_write(word: object) -> None:
    found = ask(up(), verb="explain", word=word)
    assert found["ok"] is False
    assert "postern.toml" in str(found["hint"])


def test_accounts_are_told_where_somebody_keeps_them_and_behind_a_number_alone() -> None:
    world = meet()
    accounting = Accounting(host_bytes("10.10.0.5"))
    world.core.config = replace(world.core.config, accounting=accounting)
    world.call_up()
    found = ask(world, verb="accounting", behind=0, living=True)["result"]
    assert isinstance(found, dict)
    told = told_from_json(found)
    assert [one.number for one in told.news] == [1]
    assert told.living is not None
    assert [one.client for one in told.living] == ["old-pc"]
    assert ask(world, verb="accounting", behind=1)["ok"] is True
    for wrong in (None, "0", True):
        assert ask(world, verb="accounting", behind=wrong)["ok"] is False
