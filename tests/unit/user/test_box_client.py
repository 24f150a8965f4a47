from pathlib import Path

import pytest

from gateway.control.edit import Change
from gateway.control.problems import Problem
from gateway.user import box_client
from gateway.user.box_client import Box, Who
from gateway.user.box_views import Finding, Past, Upgrading
from gateway.user.client import BadAnswer, NotRunning, Refused
from tests.unit.user.daemon import answering, refusing

ADA = Who("ada", "ssh", "203.0.113.5 50000 203.0.113.9 22")


def test_the_status_is_asked_for(tmp_path: Path) -> None:
    with answering(tmp_path, {"hostname": "gw-1", "claimed": False}) as agent:
        found = Box(agent.path).status()
    assert (found.hostname, found.claimed) == ("gw-1", False)
    assert agent.asked == [{"verb": "status"}]


@pytest.mark.parametrize(
    ("ask", "request_there"),
    [
        (lambda box: box.claim("ada", "key"), {"verb": "claim", "name": "ada", "ssh_key": "key"}),
        (
            lambda box: box.assign({"p": "inside"}),
            {"verb": "ports.assign", "assignments": {"p": "inside"}},
        ),
        (lambda box: box.blink("p", 5), {"verb": "ports.blink", "path": "p", "seconds": 5}),
        (lambda box: box.upgrade("/x"), {"verb": "upgrade", "path": "/x"}),
        (lambda box: box.upgrade("/x", True), {"verb": "upgrade", "path": "/x", "older": True}),
        (lambda box: box.support_contents(), {"verb": "support", "list": True}),
        (lambda box: box.seen(), {"verb": "console.seen"}),
        (lambda box: box.log_in("AB"), {"verb": "console.login", "code": "AB"}),
        (lambda box: box.log_in_without("gw"), {"verb": "console.login", "typed": "gw"}),
        (lambda box: box.rollback(), {"verb": "rollback"}),
        (
            lambda box: box.store_user("ada", "secret", lm=True),
            {"verb": "users.add", "name": "ada", "password": "secret", "lm": True},
        ),
        (lambda box: box.forget_user("ada"), {"verb": "users.remove", "name": "ada"}),
        (
            lambda box: box.store_lan_user("ada", "lan", "secret"),
            {"verb": "users.lan.add", "name": "ada", "route": "lan", "password": "secret"},
        ),
        (
            lambda box: box.forget_lan_user("ada", "lan"),
            {"verb": "users.lan.remove", "name": "ada", "route": "lan"},
        ),
        (lambda box: box.restart_gateway(), {"verb": "restart-gateway"}),
        (lambda box: box.reboot("fan"), {"verb": "reboot", "reason": "fan"}),
        (lambda box: box.poweroff("fan"), {"verb": "poweroff", "reason": "fan"}),
        (
            lambda box: box.factory_reset("gw-1", wipe=True),
            {"verb": "factory-reset", "typed": "gw-1", "wipe": True},
        ),
        (lambda box: box.confirm(ADA), {"verb": "config.confirm", **ADA.told()}),
        (lambda box: box.revert(ADA), {"verb": "config.revert", **ADA.told()}),
        (lambda box: box.discard(ADA), {"verb": "config.discard", **ADA.told()}),
        (lambda box: box.restore(3, ADA), {"verb": "config.restore", "number": 3, **ADA.told()}),
    ],
)
def test_what_is_done_is_asked_as_the_agent_knows_it(tmp_path: Path, ask, request_there) -> None:  # type: ignore[no-untyped-def]  # a table
    with answering(tmp_path, {}) as agent:
        ask(Box(agent.path))
    assert agent.asked == [request_there]


@pytest.mark.parametrize(
    ("ask", "answer", "result"),
    [
        (lambda box: box.config("saved", masked=True), {"text": "t", "revision": "r"}, ("t", "r")),
        (lambda box: box.diff(), {"lines": ["+ x"], "revision": "r"}, (["+ x"], "r")),
        (lambda box: box.diff(7), {"lines": []}, ([], "")),
        (lambda box: box.apply(ADA, "why", 60, "r"), {"deadline_s": 60.0}, 60.0),
        (lambda box: box.apply(ADA, "why", 0, "r"), {"deadline_s": None}, 0.0),
        (lambda box: box.report(), {"path": "/r"}, "/r"),
        (lambda box: box.support("/mnt"), {"path": "/b", "contents": ["a"]}, ("/b", ["a"])),
        (lambda box: box.capture("eth0", 1, 2), {"path": "/c"}, "/c"),
        (lambda box: box.trace("press-3", 1, 2, "usb"), {"path": "usb/t"}, "usb/t"),
        (lambda box: box.ping("h"), {"text": "one\ntwo"}, ["one", "two"]),
        (lambda box: box.sealed(), {"text": "-----"}, "-----"),
        (lambda box: box.console_code(), {"code": "AB", "seconds": 600}, ("AB", 600.0)),
        (lambda box: box.link(), [{"name": "eth0", "link": True}], ["name: eth0, link: yes"]),
        (
            lambda box: box.upgrading(),
            {"state": "installing", "percent": 4},
            Upgrading("installing", 4, ""),
        ),
        (
            lambda box: box.selftest("clock"),
            [{"name": "clock", "ok": None}],
            [Finding("clock", None, "")],
        ),
        (lambda box: box.board(), {"id": "qemu"}, {"id": "qemu"}),
        (lambda box: box.ports(), [], []),
        (
            lambda box: box.history(),
            [{"number": 3, "when": "yesterday", "user": "ada", "face": "ssh", "comment": "x"}],
            [Past(3, "yesterday", "ada", "ssh", "x")],
        ),
        (
            lambda box: box.check(),
            {"problems": [{"where": "a", "what": "b", "hint": "c", "warning": True, "line": 3}]},
            [Problem("a", "b", "c", True, 3)],
        ),
    ],
)
def test_answers_are_read(tmp_path: Path, ask, answer, result) -> None:  # type: ignore[no-untyped-def]  # a table
    with answering(tmp_path, answer) as agent:
        assert ask(Box(agent.path)) == result


def test_changes_go_with_the_revision_they_were_made_on(tmp_path: Path) -> None:
    with answering(tmp_path, {"problems": []}) as agent:
        assert Box(agent.path).change([Change("remove", "client", "press-3")], "r1") == []
    change = {"op": "remove", "table": "client", "name": "press-3", "key": "", "value": None}
    assert agent.asked == [{"verb": "config.set", "changes": [change], "base": "r1"}]


@pytest.mark.parametrize("ask", [lambda box: box.board(), lambda box: box.ports()])
def test_an_answer_of_another_kind_is_told(tmp_path: Path, ask) -> None:  # type: ignore[no-untyped-def]  # a table
    with answering(tmp_path, "what?") as agent, pytest.raises(BadAnswer, match="the box agent"):
        ask(Box(agent.path))


def test_who_is_not_there_is_called_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="the box agent is not running") as missing:
        Box(str(tmp_path / "nobody")).status()
    assert "systemctl start postern-box" in missing.value.hint


def test_a_refusal_has_the_agents_words(tmp_path: Path) -> None:
    with refusing(tmp_path, "no", "Wait") as agent, pytest.raises(Refused, match="no") as refused:
        Box(agent.path).rollback()
    assert refused.value.hint == "Wait"


def test_a_header_does_not_wait_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Box("x", 2.0).patience == 2.0
    monkeypatch.setenv("POSTERN_BOX_SOCKET", "/run/other")
    assert box_client.socket_path() == Box().path == "/run/other"
    assert box_client.socket_path("/given") == "/given"
