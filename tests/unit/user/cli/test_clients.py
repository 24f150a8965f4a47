"""A new key for one machine, and its end: on the appliance, and in a file."""

import json
import stat
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.user.cli import clients, exits
from gateway.user.cli.main import main
from tests.unit.control.written import GOOD
from tests.unit.user.console.agents import CONFIG, FakeBox, FakeDaemon, both

TODAY = date(2026, 10, 4)
KEY = "one key for press-3, and it is long"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "today", lambda: TODAY)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBox]:
    found = FakeBox()
    with both(tmp_path, found, FakeDaemon()) as (box_path, _):
        monkeypatch.setenv("POSTERN_BOX_SOCKET", box_path)
        yield found


def entry(text: str, name: str = "press-3") -> dict[str, Any]:
    return next(one for one in tomllib.loads(text)["client"] if one["name"] == name)


def run(capsys: pytest.CaptureFixture[str], *words: str, status: int = exits.OK) -> str:
    assert main(["clients", *words]) == status
    told = capsys.readouterr()
    return told.out + told.err


def test_a_rotation_is_an_edit_and_shows_the_new_key_once(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, "rotate", "press-3")
    after = entry(box.desk.changes.candidate)
    assert f"\n    {after['psk']}\n" in told
    assert len(after["psk"]) == 32
    assert after["psk_old"] == KEY
    assert after["psk_old_until"] == TODAY + timedelta(days=14)
    assert "the old one holds until 2026-10-18" in told
    assert "`postern config apply` makes it so" in told
    assert KEY not in told
    assert entry(box.desk.changes.candidate, "scale-7") == entry(CONFIG, "scale-7")


def test_with_no_grace_the_old_key_is_gone(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, "rotate", "press-3", "--grace", "0", "--psk", "a key of my own")
    assert "the old one holds no more once this does" in told
    after = entry(box.desk.changes.candidate)
    assert after == {"name": "press-3", "psk": "a key of my own", "route": "old-nt4"}


def test_json_has_the_key_and_the_day(box: FakeBox, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "rotate", "press-3", "--grace", "3", "--json"))
    assert told == {
        "client": "press-3",
        "psk": entry(box.desk.changes.candidate)["psk"],
        "old_until": "2026-10-07",
        "problems": [],
    }


def test_a_second_rotation_in_the_grace_asks_whether_that_is_meant(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "rotate", "press-3")
    first = entry(box.desk.changes.candidate)["psk"]
    told = run(capsys, "rotate", "press-3", status=exits.PROBLEM)
    assert "press-3 has an old key already, good until 2026-10-18" in told
    assert entry(box.desk.changes.candidate)["psk"] == first
    run(capsys, "rotate", "press-3", "--again")
    assert entry(box.desk.changes.candidate)["psk_old"] == first
    assert KEY not in box.desk.changes.candidate


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rotate", "press-4"), "there is no client 'press-4'"),
        (("rotate", "press-3", "--grace", "-1"), "-1 days are no time of grace"),
        (("rotate", "press-3", "--grace", "5000"), "5000 days are no time of grace"),
        (("revoke", "press-4"), "there is no client 'press-4'"),
        (("drop-old", "press-3"), "press-3 has no old key"),
        (("readmit", "press-3"), "press-3 is not revoked"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_changed(
    box: FakeBox, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert said in run(capsys, *words, status=exits.PROBLEM)
    assert "config.set" not in box.verbs()


def test_the_old_key_goes_before_its_time(box: FakeBox, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "rotate", "press-3")
    assert "what is up by it ends" in run(capsys, "drop-old", "press-3")
    assert set(entry(box.desk.changes.candidate)) == {"name", "psk", "route"}


def test_a_client_is_revoked_and_let_in_again(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "ends at once when this is in force" in run(capsys, "revoke", "press-3")
    assert entry(box.desk.changes.candidate)["revoked"] is True
    assert "may dial again" in run(capsys, "readmit", "press-3")
    assert entry(box.desk.changes.candidate) == entry(CONFIG)


def test_without_a_verb_they_are_listed(box: FakeBox, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "rotate", "press-3")
    told = run(capsys)
    assert "scale-7  old-nt4  198.51.100.0/24" in told
    listed = run(capsys, "--json")
    assert "2026-10-18" in listed
    assert KEY not in listed


def test_in_a_file_the_change_is_made_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "postern.toml"
    path.write_text("# mine\n" + GOOD)
    path.chmod(0o640)
    told = run(capsys, "rotate", "press-3", "--file", str(path))
    assert "SIGHUP" in told
    assert entry(path.read_text())["psk_old"] == "hunter2-hunter2"
    assert path.read_text().startswith("# mine\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["postern.toml"]
    run(capsys, "revoke", "press-3", "--file", str(path))
    assert entry(path.read_text())["revoked"] is True


def test_a_file_that_would_be_unusable_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "postern.toml"
    path.write_text(GOOD)
    words = ("rotate", "press-3", "--psk", "hunter2-hunter2", "--file", str(path))
    told = run(capsys, *words, status=exits.PROBLEM)
    assert "would not be usable" in told
    assert "is the same key as psk" in told
    assert path.read_text() == GOOD
    missing = str(tmp_path / "none.toml")
    assert "cannot be read" in run(capsys, "revoke", "x", "--file", missing, status=exits.PROBLEM)


def test_where_there_is_no_appliance_a_file_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("revoke", "press-3", "--box-socket", str(tmp_path / "none.sock"))
    assert "--file postern.toml" in run(capsys, *words, status=exits.NOT_RUNNING)
