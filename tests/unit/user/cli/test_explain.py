import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.sessions import StatusView
from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.console.agents import WRONG_KEY, FakeDaemon, listening


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDaemon]:
    found = FakeDaemon()
    with listening(tmp_path / "s", found.answer) as path:
        monkeypatch.setenv("POSTERN_SOCKET", path)
        yield found


Out = pytest.CaptureFixture[str]


def test_a_machine_is_explained_in_one_sentence_first(daemon: FakeDaemon, capsys: Out) -> None:
    assert main(["explain", "press-3"]) == exits.OK
    assert capsys.readouterr().out.splitlines()[0] == WRONG_KEY.sentence
    assert {"verb": "explain", "word": "press-3"} in daemon.asked


def test_trouble_of_the_gateway_itself_comes_first(daemon: FakeDaemon, capsys: Out) -> None:
    daemon.status = StatusView(rules_ok=False, config_problems=("line 3 is wrong.",))
    main(["explain", "press-3"])
    told = capsys.readouterr().out
    assert told.startswith("The firewall's rules are not in place")
    assert "line 3 is wrong; run `postern check`" in told
    assert WRONG_KEY.sentence in told


def test_without_a_machine_all_are_told(daemon: FakeDaemon, capsys: Out) -> None:
    assert main(["explain"]) == exits.OK
    assert capsys.readouterr().out == f"  press-3  {WRONG_KEY.sentence}\n"


def test_a_number_alone_needs_no_gateway(capsys: Out) -> None:
    assert main(["explain", "--error", "789", "--socket", "/nowhere"]) == exits.OK
    assert capsys.readouterr().out.startswith("789: ")


def test_a_number_windows_does_not_have_is_not_understood(capsys: Out) -> None:
    assert main(["explain", "--error", "12"]) == exits.USAGE
    assert "678" in capsys.readouterr().err


def test_a_number_and_a_machine_together(daemon: FakeDaemon, capsys: Out) -> None:
    main(["explain", "press-3", "--error", "691"])
    assert "Nothing that was seen here shows as 691" in capsys.readouterr().out


def test_who_is_unknown_is_told_what_to_write(daemon: FakeDaemon, capsys: Out) -> None:
    assert main(["explain", "nobody"]) == exits.PROBLEM
    assert "nobody is no client's name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "key"),
    [(["press-3"], "diagnoses"), ([], "machines"), (["--error", "678"], "causes")],
)
def test_all_of_it_is_json_too(
    daemon: FakeDaemon, capsys: Out, arguments: list[str], key: str
) -> None:
    assert main(["explain", *arguments, "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)[key]


def test_without_a_gateway_it_says_how_to_start_one(capsys: Out) -> None:
    assert main(["explain", "press-3", "--socket", "/nowhere"]) == exits.NOT_RUNNING
    assert "postern run" in capsys.readouterr().err
