import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.control.users import USERS_FILE
from gateway.crypto.passwords import nt_hash
from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.daemon import answering

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`postern users ...` beside a configuration in a folder of its own."""
    config = str(tmp_path / "postern.toml")
    return lambda *words: main(["users", *words, "--config", config])


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_password_is_stored_as_a_hash_and_never_shown(
    run: Run,
    typed: Callable[[str], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed("type-metal\n")
    assert run("add", "PRESS\\ada", "--password", "-") == exits.OK
    assert run("list") == exits.OK
    told = capsys.readouterr().out
    assert "the password of PRESS\\ada is stored; a running gateway learns of it" in told
    assert told.endswith("PRESS\\ada\n")
    assert "type-metal" not in told
    assert nt_hash("type-metal").hex() not in told
    assert nt_hash("type-metal").hex() in (tmp_path / USERS_FILE).read_text()


def test_a_password_is_asked_for_twice(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["secret", "secret", "secret", "secrt"]
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop(0))
    assert run("add", "ada") == exits.OK
    assert run("add", "bob") == exits.PROBLEM
    assert "the two are not the same, so nothing is stored" in capsys.readouterr().err
    run("list")
    assert capsys.readouterr().out == "ada\n"


def test_an_lm_hash_is_told_of(
    run: Run, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    typed("short\n")
    run("add", "ada", "--lm", "--password", "-")
    capsys.readouterr()
    run("list")
    assert capsys.readouterr().out == "ada (with LM hash)\n"
    run("list", "--json")
    assert json.loads(capsys.readouterr().out) == [{"name": "ada", "lm": True}]


def test_somebody_is_forgotten(
    run: Run, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    typed("secret\n")
    run("add", "ada", "--password", "-", "--json")
    stored = {"user": "ada", "done": "stored"}
    assert json.loads(capsys.readouterr().out) == {**stored, "changed": True}
    typed("secret\n")
    run("add", "ada", "--password", "-", "--json")
    assert json.loads(capsys.readouterr().out) == {**stored, "changed": False}
    assert run("remove", "ADA") == exits.OK
    assert "the password of ADA is forgotten" in capsys.readouterr().out
    run("list")
    assert capsys.readouterr().out == "no password is stored\n"


@pytest.mark.parametrize(
    ("words", "what"),
    [(("remove", "bob"), "there is no user 'bob'"), (("add", "a:b"), "no user's name")],
)
def test_what_cannot_be_is_a_sentence_with_a_hint(
    run: Run,
    typed: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    what: str,
) -> None:
    typed("secret\n")
    more = ("--password", "-") if words[0] == "add" else ()
    assert run(*words, *more) == exits.PROBLEM
    assert what in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            ("add", "ada", "--password", "-"),
            {"verb": "users.add", "name": "ada", "password": "secret", "lm": False},
        ),
        (("list",), {"verb": "users"}),
        (("remove", "ada"), {"verb": "users.remove", "name": "ada"}),
    ],
)
def test_on_a_box_its_agent_is_asked(
    tmp_path: Path,
    typed: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    asked: dict[str, object],
) -> None:
    typed("secret\n")
    with answering(tmp_path, {"users": [{"name": "ada", "lm": False}]}) as agent:
        assert main(["users", *words, "--box-socket", agent.path]) == exits.OK
    assert agent.asked == [asked]
    assert "SIGHUP" not in capsys.readouterr().out
