"""`postern health` becomes another program."""

import os
import sys

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main


def test_it_is_replaced_by_the_program_that_dials(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda path, command, env: given.append(command))
    main(["health", "--keep", "--mark-good", "--wait", "5", "--socket", "/run/x.sock"])
    assert given[0][:4] == [sys.executable, "-P", "-m", "gateway.health"]
    assert given[0][4:] == ["--wait", "5", "--socket", "/run/x.sock", "--keep", "--mark-good"]


def test_an_interpreter_that_is_gone_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(path: str, command: list[str], env: dict[str, str]) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "execve", gone)
    assert main(["health"]) == exits.PROBLEM
    assert "could not be started" in capsys.readouterr().err
