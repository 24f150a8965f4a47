"""`postern kit`, as somebody at a shell uses it."""

import json
import os
import sys
from pathlib import Path

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.cli.test_box_verbs import box as box
from tests.unit.user.console.agents import FakeBox, FakeDaemon, both, session

Say = pytest.CaptureFixture[str]


def test_a_box_makes_it_and_what_it_says_is_told(box: FakeBox, capsys: Say) -> None:
    assert main(["kit", "press-3", "usb", "--as", "floppy", "--windows", "98"]) == exits.OK
    assert box.asked[-1] == {
        "verb": "kit",
        "name": "press-3",
        "form": "floppy",
        "windows": "98",
        "recognised": "",
        "dialled": [],
        "p12": "",
        "path": "usb",
    }
    told = capsys.readouterr().out
    assert told == "A kit for press-3:\nIt has the pre-shared key.\nIt is in /run/kit.img.\n"


def test_as_json_it_says_the_same(box: FakeBox, capsys: Say) -> None:
    main(["kit", "press-3", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == "/run/kit.img"


def test_what_a_connected_machine_was_seen_to_be_is_told_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, daemon = FakeBox(), FakeDaemon([session(3, system=""), session(4, system="msl2tp")])
    with both(tmp_path, box, daemon) as (box_path, daemon_path):
        monkeypatch.setenv("POSTERN_BOX_SOCKET", box_path)
        monkeypatch.setenv("POSTERN_SOCKET", daemon_path)
        main(["kit", "press-4", "--dialled", "vpn.works.example", "--p12", "press-4.p12"])
    asked = box.asked[-1]
    assert (asked["recognised"], asked["dialled"]) == ("msl2tp", ["vpn.works.example"])
    assert (asked["form"], asked["p12"]) == ("zip", "press-4.p12")


def test_without_a_box_the_way_with_a_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    monkeypatch.setenv("POSTERN_BOX_SOCKET", str(tmp_path / "none"))
    assert main(["kit", "press-3"]) == exits.NOT_RUNNING
    assert "Elsewhere name the configuration: --file postern.toml" in capsys.readouterr().err


def test_with_a_file_it_becomes_another_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    become: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda path, argv, env: become.append(argv))
    monkeypatch.setenv("POSTERN_SOCKET", str(tmp_path / "none"))
    main(["kit", "press-3", "--file", "postern.toml", "--json"])
    [argv] = become
    assert argv[:5] == [sys.executable, "-P", "-m", "gateway.kit", "postern.toml"]
    assert json.loads(argv[5])["name"] == "press-3"
    assert argv[6:] == ["--json"]


def test_an_interpreter_that_is_gone_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    def gone(path: str, argv: list[str], env: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "execve", gone)
    assert main(["kit", "press-3", "--file", "postern.toml"]) == exits.PROBLEM
    assert "could not be started" in capsys.readouterr().err
