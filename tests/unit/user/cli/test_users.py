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
from tests.unit.user.console.agents import FakeBox, listening
from tests.unit.user.daemon import answering

LAN = '[[route]]\nname = "lan"\nkind = "local"\npool = "10.10.0.150-10.10.0.199"\n'
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`postern users ...` beside a configuration in a folder of its own."""
    config = str(tmp_path / "postern.toml")
    return lambda *words: main(["users", *words, "--config", config])


@pytest.fixture
def ppp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of /etc/ppp, and a configuration with a route into the LAN."""
    (tmp_path / "postern.toml").write_text(LAN)
    folder = tmp_path / "ppp"
    folder.mkdir()
    monkeypatch.setattr("gateway.user.lan_users_files.FOLDER", folder)
    return folder


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
    assert 'PRESS\\ada is stored for routes with encryption = "mppe"; a running gateway' in told
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
            ("add", "ada", "--route", "lan", "--password", "-"),
            {"verb": "users.lan.add", "name": "ada", "route": "lan", "password": "secret"},
        ),
        (("list", "--route", "lan"), {"verb": "users.lan"}),
        (
            ("remove", "ada", "--route", "lan"),
            {"verb": "users.lan.remove", "name": "ada", "route": "lan"},
        ),
        (
            ("add", "ada", "--password", "-"),
            {"verb": "users.add", "name": "ada", "password": "secret", "lm": False},
        ),
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
    with answering(tmp_path, {"users": [{"name": "ada", "route": "lan"}]}) as agent:
        assert main(["users", *words, "--box-socket", agent.path]) == exits.OK
    assert agent.asked == [asked]
    assert "SIGHUP" not in capsys.readouterr().out


def test_a_user_of_the_lan_stands_in_pppds_file_and_is_never_shown(
    run: Run, typed: Callable[[str], None], ppp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed('type "metal"\n')
    assert run("add", "PRESS\\ada", "--route", "lan", "--password", "-") == exits.OK
    said = "the password of PRESS\\ada is stored for the route lan, from the next dial on\n"
    assert capsys.readouterr().out == said
    written = (ppp / "chap-secrets").read_text()
    assert written == '"PRESS\\\\ada" "lan" "type \\"metal\\"" *\n'
    run("list")
    assert capsys.readouterr().out == "PRESS\\ada on the route lan\n"
    assert run("remove", "PRESS\\ada", "--route", "lan", "--json") == exits.OK
    told = {"user": "PRESS\\ada", "route": "lan", "done": "forgotten"}
    assert json.loads(capsys.readouterr().out) == told
    assert (ppp / "chap-secrets").read_text() == ""


def test_both_kinds_of_user_are_in_one_list(
    run: Run, typed: Callable[[str], None], ppp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("secret\n")
    run("add", "ada", "--password", "-")
    (ppp / "chap-secrets").write_text("bob lan x *\ncarl * x *\ndora old x *\n* lan x *\n")
    (ppp / "pap-secrets").write_text("emil lan x *\n")
    capsys.readouterr()
    run("list")
    assert capsys.readouterr().out.splitlines() == [
        "ada",
        "everybody (*) on the route lan",
        "bob on the route lan",
        "carl on every route into the LAN (*)",
        "dora on the route old (there is no such route into the LAN)",
        "emil on the route lan (not in chap-secrets, which its auth asks: add it again)",
    ]
    run("list", "--route", "old", "--json")
    carl, dora = json.loads(capsys.readouterr().out)
    assert carl == {"name": "carl", "route": "*", "known": True, "missing": []}
    assert dora == {"name": "dora", "route": "old", "known": False, "missing": []}


def test_without_a_route_into_the_lan_pppds_files_are_not_looked_at(
    run: Run, ppp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ppp.parent / "postern.toml").write_text("")
    (ppp / "chap-secrets").mkdir()
    assert run("list") == exits.OK
    assert capsys.readouterr().out == "no password is stored\n"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("add", "ada", "--route", "old"), "no route into the LAN called 'old'"),
        (("add", "ada", "--route", ""), "no route into the LAN called ''"),
        (("add", "ada", "--route", "lan", "--lm"), "pppd has no use for an LM hash"),
        (("add", "*", "--route", "lan"), "no name of a user"),
        (("remove", "bob", "--route", "lan"), "no user 'bob' on the route 'lan'"),
    ],
)
def test_what_pppd_cannot_have_is_a_sentence_with_a_hint(
    run: Run,
    typed: Callable[[str], None],
    ppp: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    what: str,
) -> None:
    typed("secret\n")
    more = {"add": ("--password", "-"), "remove": ()}[words[0]]
    assert run(*words, *more) == exits.PROBLEM
    assert what in capsys.readouterr().err
    assert list(ppp.iterdir()) == []


def test_on_a_box_the_list_has_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = FakeBox(lan={"chap-secrets": "bob lan x *\n"})
    with listening(tmp_path / "box.sock", box.answer) as path:
        assert main(["users", "list", "--box-socket", path]) == exits.OK
    assert box.verbs() == ["users", "users.lan"]
    assert capsys.readouterr().out.splitlines() == [
        "PRESS\\ada (with LM hash)",
        "bob on the route lan (there is no such route into the LAN)",
    ]
