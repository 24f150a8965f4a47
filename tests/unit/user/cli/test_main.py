import io
import json
import os
import sys
from pathlib import Path

import pytest

from gateway.user.cli import exits, version
from gateway.user.cli.main import INTERRUPTED, VERBS, main
from tests.unit.user.daemon import refusing


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_and_the_exit_statuses(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "--help"]) == exits.OK
    text = capsys.readouterr().out
    assert f"postern {verb}" in text.partition("example")[2]
    assert "3 the daemon is not running" in text


def test_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == exits.OK
    text = capsys.readouterr().out
    assert all(f"    {verb}" in text for verb in VERBS)


@pytest.mark.parametrize("argv", [[], ["dance"], ["status", "--loud"], ["sessions", "seven"]])
def test_what_is_not_understood_is_told_with_status_two(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == exits.USAGE
    assert "usage: postern" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["status"], ["sessions"], ["sessions", "7"], ["disconnect", "7"]], ids=" ".join
)
def test_without_a_daemon_the_status_is_three(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*argv, "--socket", str(tmp_path / "s")]) == exits.NOT_RUNNING
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("postern: the daemon is not running")
    assert "postern run" in seen.err


def test_with_json_a_failure_is_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--json", "--socket", str(tmp_path / "s")]) == exits.NOT_RUNNING
    assert set(json.loads(capsys.readouterr().out)) == {"error", "hint"}


def test_a_refusal_of_the_daemon_is_status_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with refusing(tmp_path, "there is no session \x1b[2J", "Look") as daemon:
        assert main(["disconnect", "7", "--socket", daemon.path]) == exits.PROBLEM
    assert capsys.readouterr().err == "postern: there is no session \\x1b[2J\n  Look\n"


def test_an_interrupt_ends_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(version, "run", interrupted)
    assert main(["version"]) == INTERRUPTED


def test_a_reader_that_has_seen_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["version"]) == exits.OK


def test_a_terminal_of_another_alphabet_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    path = tmp_path / "pöstern.toml"
    assert main(["check", "--config", str(path)]) == exits.PROBLEM
    assert rb"p\xf6stern.toml" in raw.getvalue()
