"""`postern ca`, as somebody at a shell uses it."""

import json
import tomllib
from pathlib import Path

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.cli.test_box_verbs import box as box
from tests.unit.user.console.agents import FakeBox

Say = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say) -> Path:
    """A folder with an authority in it, and a shell in that folder."""
    monkeypatch.chdir(tmp_path)
    assert ca("create --dialled vpn.works --dialled 203.0.113.1 --bits 1024") == exits.OK
    capsys.readouterr()
    return tmp_path


def ca(command: str) -> int:
    return main(["ca", *command.split(), "--folder", "."])


def test_the_lines_for_the_configuration_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    monkeypatch.chdir(tmp_path)
    ca("create --dialled vpn.works --bits 1024 --organisation Works")
    told = capsys.readouterr().out
    assert told.startswith("CN=Postern CA, O=Works is made, good until ")
    _, _, lines = told.partition("Add these lines to postern.toml:\n")
    found = tomllib.loads(lines)
    assert found["ca"][0]["allow"] == ["sha1"]
    assert found["certificate"][0]["key_file"] == "ca/gateway.key"


def test_a_machine_gets_a_file_and_a_password(here: Path, capsys: Say) -> None:
    assert ca("issue press-3 --route old-nt4 --bits 1024") == exits.OK
    told = capsys.readouterr().out
    assert "The certificate for press-3 is in press-3.p12" in told
    assert "Password for the import: " in told
    assert 'route = "old-nt4"' in told
    assert (here / "press-3.p12").stat().st_mode & 0o777 == 0o600


def test_one_is_revoked_and_listed_so(here: Path, capsys: Say) -> None:
    ca("issue press-3 --bits 1024")
    assert ca("revoke press-3") == exits.OK
    told = capsys.readouterr().out
    assert "is revoked." in told
    assert "systemctl reload postern" in told
    assert ca("list") == exits.OK
    told = capsys.readouterr().out
    assert "CN=Postern CA, good until " in told
    assert "press-3  revoked" in told


def test_as_json_it_says_the_same(here: Path, capsys: Say) -> None:
    ca("issue press-3 --bits 1024 --json")
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == "press-3.p12"
    ca("list --json")
    listed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in listed["issued"]] == ["gateway", "press-3"]


def test_files_for_others_are_written(here: Path, capsys: Say) -> None:
    assert ca("export") == ca("export --key") == ca("crl") == exits.OK
    told = capsys.readouterr().out
    assert "The authority's certificate is in authority.cer." in told
    assert "keep it in a safe" in told
    assert ca("gateway --dialled gate.works --bits 1024") == exits.OK
    assert "systemctl reload postern" in capsys.readouterr().out


def test_what_cannot_be_done_is_one_sentence_with_a_hint(here: Path, capsys: Say) -> None:
    assert ca("revoke press-9") == exits.PROBLEM
    told = capsys.readouterr().err
    assert told == "postern: 'press-9' is not in the register\n  See `postern ca list`\n"


def test_on_a_box_the_agent_is_asked_and_the_configuration_edited(
    box: FakeBox, capsys: Say
) -> None:
    assert main(["ca", "create", "--dialled", "vpn.works"]) == exits.OK
    told = capsys.readouterr().out
    assert "The configuration is edited, not applied" in told
    assert "[[ca]]" not in told
    assert 'crl_file = "ca/ca.crl"' in box.desk.changes.candidate
    assert main(["ca", "issue", "press-3"]) == exits.OK
    assert 'certificate = "CN=press-3"' in box.desk.changes.candidate
