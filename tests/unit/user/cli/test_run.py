import os
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main

ROOT = Path(__file__).parents[4]


class Became(BaseException):
    """In place of the daemon: what this process would have been replaced by."""

    def __init__(self, program: str, command: list[str], environment: dict[str, str]) -> None:
        self.program = program
        self.command = command
        self.environment = environment


def become(program: str, command: list[str], environment: dict[str, str]) -> NoReturn:
    raise Became(program, command, environment)


def run(monkeypatch: pytest.MonkeyPatch, *argv: str) -> Became:
    monkeypatch.setattr(os, "execve", become)
    with pytest.raises(Became) as became:
        main(["run", *argv])
    return became.value


def test_the_process_becomes_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTERN_SOCKET", raising=False)
    became = run(monkeypatch)
    assert became.program == sys.executable
    assert became.command == [
        *(sys.executable, "-P", "-m", "gateway.daemon"),
        *("--config", "/etc/postern/postern.toml"),
        *("--socket", "/run/postern/control.sock"),
    ]


def test_options_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    became = run(monkeypatch, "--config", "a.toml", "--socket", "s", "--remove-rules")
    assert became.command[4:] == ["--config", "a.toml", "--socket", "s", "--remove-rules"]


def test_the_daemon_is_ours_whatever_folder_it_is_started_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/opt/more")
    became = run(monkeypatch)
    assert became.environment["PYTHONPATH"] == f"{ROOT}{os.pathsep}/opt/more"
    assert "-P" in became.command


def test_an_interpreter_that_is_gone_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert main(["run"]) == exits.PROBLEM
    assert "could not be started: No such file" in capsys.readouterr().err
