"""Dialling oneself: how it is carried, and what is remembered of it."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.system.box import health
from gateway.system.box.health import Turn, Unhealthy
from gateway.system.box.places import Places
from gateway.wire.udp import Endpoint
from tests.unit.system.box.machine import Tools, put


class Steps:
    """An asking end that plays a list of turns."""

    def __init__(self, *turns: Turn, wait: float = 0.0) -> None:
        self.turns = list(turns)
        self.heard: list[bytes] = []
        self.wait = wait

    def start(self, now: float) -> Turn:
        self.now = now
        return self.turns.pop(0)

    def receive(self, message: bytes, now: float) -> Turn:
        self.heard.append(message)
        return self.turns.pop(0)

    def handle_timeout(self, now: float) -> Turn:
        return self.turns.pop(0)

    def deadline(self) -> float | None:
        return self.now + self.wait if self.turns else None


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Somebody at the port, so that no root is needed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(5)
        monkeypatch.setattr(health, "PORT", line.getsockname()[1])
        yield line


def shake(steps: Steps, asked: list[dict[str, Any]] | None = None) -> float:
    def make(key: bytes, here: Endpoint, there: Endpoint) -> Steps:
        return steps

    return health.handshake((asked if asked is not None else []).append, make)


def test_the_daemon_is_told_of_the_key_and_the_port_it_comes_from(echo: socket.socket) -> None:
    asked: list[dict[str, Any]] = []
    shake(Steps(Turn([b"hello"], proved=True)), asked)
    data, (host, port) = echo.recvfrom(100)
    assert (data, host) == (b"hello", "127.0.0.1")
    assert asked[0] == {"verb": "probe", "port": port, "key": asked[0]["key"]}
    assert len(bytes.fromhex(asked[0]["key"])) == health.KEY


def test_messages_go_to_and_fro_until_it_is_proved(echo: socket.socket) -> None:
    steps = Steps(Turn([b"one"]), Turn([b"two"]), Turn([b"bye"], proved=True))
    assert shake(steps) >= 0
    assert [echo.recv(100) for _ in range(3)] == [b"one", b"two", b"bye"]


def test_a_failure_is_said(echo: socket.socket) -> None:
    with pytest.raises(Unhealthy, match="the handshake failed: it never came"):
        shake(Steps(Turn([]), Turn([], failed="it never came")))


def test_an_end_without_a_deadline_is_an_error(echo: socket.socket) -> None:
    with pytest.raises(Unhealthy, match="stopped by itself"):
        shake(Steps(Turn([])))


def test_nobody_at_the_port_is_no_reason_to_stop_trying(echo: socket.socket) -> None:
    echo.close()
    turns = [Turn([b"x"]), Turn([b"y"]), Turn([b"z"]), Turn([], failed="nothing came")]
    with pytest.raises(Unhealthy, match="nothing came"):
        shake(Steps(*turns))


def test_a_daemon_that_starts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BETWEEN", 0.0)
    errors = [ConnectionError("not yet"), ConnectionError("not yet")]

    def ask(request: dict[str, Any]) -> None:
        assert request == {"verb": "status"}
        for error in errors[:1]:
            errors.pop()
            raise error

    health.wait_for(ask, 10.0)
    assert errors == []


def test_a_daemon_that_never_starts_is_not_waited_for_for_ever() -> None:
    def ask(request: dict[str, Any]) -> None:
        raise ConnectionError("nobody is there")

    with pytest.raises(Unhealthy, match="the gateway does not run: nobody is there"):
        health.wait_for(ask, 0.0)


def booted(root: Path, system: str, slot: str) -> Places:
    put(root, "proc/cmdline", f"quiet rauc.slot={slot} postern.hash={system} panic=30\n")
    return Places(root)


def test_which_system_runs_is_on_the_kernels_command_line(tmp_path: Path) -> None:
    assert health.system_of(tmp_path) == ("", "")
    booted(tmp_path, "ab12", "A")
    assert health.system_of(tmp_path) == ("ab12", "A")


def test_a_system_that_has_answered_once_is_known_again(tmp_path: Path) -> None:
    places = booted(tmp_path, "aa", "A")
    assert not health.was_proved(places)
    health.note_proved(places)
    assert health.was_proved(places)
    assert not health.was_proved(booted(tmp_path, "bb", "B"))
    put(tmp_path, "proc/cmdline", "quiet")
    assert not health.was_proved(places)


def test_no_more_than_some_are_remembered(tmp_path: Path) -> None:
    for number in range(3 * health.MOST_PROVED):
        health.note_proved(booted(tmp_path, f"{number:02x}", "A"))
    kept = json.loads((tmp_path / "data/postern/state/proved.json").read_text())
    assert len(kept["systems"]) == health.MOST_PROVED


def test_a_start_that_never_answered_is_told_at_the_next(tmp_path: Path) -> None:
    old = booted(tmp_path, "aa", "A")
    assert health.note_boot(old, "1.0") == ""
    assert health.note_boot(old, "1.0") == ""  # the agent was only started anew
    health.note_proved(old)
    new = booted(tmp_path, "bb", "B")
    assert health.note_boot(new, "1.1") == ""
    told = health.note_boot(booted(tmp_path, "aa", "A"), "1.0")
    assert told == "slot B (Postern 1.1) was started and never answered a dial"
    health.note_boot(old, "1.0")
    assert health.note_boot(booted(tmp_path, "cc", "B"), "1.2") == ""


def test_the_journal_of_a_failed_start_is_kept_and_bounded(tmp_path: Path) -> None:
    tools = Tools(says={"journalctl": "x" * 3 * health.LARGEST_LOG + "the end"})
    for number in range(2 * health.MOST_FAILED):
        places = booted(tmp_path, f"{number:02x}", "B")
        path = health.keep_journal(places, "the gateway does not run", tools)
    assert path.read_text().startswith("the gateway does not run\n")
    assert path.read_text().endswith("the end")
    kept = health.failed_boots(places)
    assert len(kept) == health.MOST_FAILED
    assert kept[-1] == path
    assert path.stat().st_size < health.LARGEST_LOG + 100


def test_without_a_journal_there_is_at_least_the_reason(tmp_path: Path) -> None:
    path = health.keep_journal(Places(tmp_path), "why", Tools(fails={"journalctl": "none"}))
    assert path.name == "slot-none-none.log"
    assert "there is no journal" in path.read_text()
