"""Asking an authority: of the box, and in a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.edit import Change
from gateway.user.authority import BoxAuthority, FolderAuthority, names_of, write
from gateway.user.box_client import Box
from gateway.user.client import DaemonError
from tests.unit.user.console.agents import FakeBox, FakeDaemon, both


@pytest.fixture
def box() -> FakeBox:
    return FakeBox()


@pytest.fixture
def at_box(tmp_path: Path, box: FakeBox) -> Iterator[BoxAuthority]:
    with both(tmp_path, box, FakeDaemon()) as (path, _):
        yield BoxAuthority(Box(path))


@pytest.fixture
def folder(tmp_path: Path) -> FolderAuthority:
    (tmp_path / "postern.toml").write_text('[[client]]\nname = "press-3"\n')
    made = FolderAuthority(tmp_path)
    made.ask("create", names=["vpn.works"], bits=1024)
    return made


def test_a_folders_files_are_for_their_owner_alone(folder: FolderAuthority, tmp_path: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "ca").iterdir()}
    assert modes == {0o600}


def test_what_is_made_goes_where_it_is_wanted(
    folder: FolderAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = tmp_path / "out" / "x.p12"
    found = folder.ask("issue", name="press-3", bits=1024, path=str(wanted))
    assert found["path"] == str(wanted)
    assert wanted.stat().st_mode & 0o777 == 0o600
    for verb, more, name in (
        ("issue", {"name": "press-4", "bits": 1024}, "press-4.p12"),
        ("crl", {}, "authority.crl"),
        ("export", {}, "authority.cer"),
        ("export", {"key": True}, "authority.p12"),
    ):
        assert folder.ask(verb, **more)["path"] == name
        assert (tmp_path / name).is_file()


def test_a_folder_says_what_to_write_in_the_configuration(folder: FolderAuthority) -> None:
    assert folder.knows("press-3")
    assert not folder.knows("press-4")
    assert folder.keep([]) == []
    assert folder.keep([Change("set", "client", "press-3", "certificate", "CN=press-3")]) == [
        "Set in [[client]] press-3: certificate = 'CN=press-3'"
    ]
    assert folder.keep([Change("add", "ca")]) == ["Add these lines to postern.toml:"]
    assert "SIGHUP" in folder.apply()


def test_what_goes_wrong_in_a_folder_is_one_sentence(
    folder: FolderAuthority, tmp_path: Path
) -> None:
    with pytest.raises(DaemonError, match="not in the register"):
        folder.ask("revoke", name="press-9")
    (tmp_path / "full").write_text("a file where a folder must be")
    with pytest.raises(DaemonError, match="exists"):
        folder.ask("crl", path=str(tmp_path / "full" / "x"))


def test_a_folder_without_configuration_knows_nobody(tmp_path: Path) -> None:
    assert not FolderAuthority(tmp_path).knows("press-3")
    assert names_of("no = [toml") == []


def test_a_box_edits_its_own_configuration(at_box: BoxAuthority, box: FakeBox) -> None:
    assert at_box.knows("press-3")
    assert at_box.keep([]) == []
    change = Change("set", "client", "press-3", "certificate", "CN=press-3")
    assert at_box.keep([change]) == [
        "The configuration is edited, not applied: see `postern config diff`."
    ]
    assert 'certificate = "CN=press-3"' in box.desk.changes.candidate


def test_a_box_is_asked_by_its_socket(at_box: BoxAuthority, box: FakeBox) -> None:
    at_box.ask("create", names=["vpn.works"])
    assert at_box.ask("list")["issued"][0]["name"] == "gateway"
    assert at_box.apply() == ""
    assert box.authority.applied == 1
    with pytest.raises(DaemonError, match="already"):
        at_box.ask("create")


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", b"one")
    write(tmp_path / "a" / "b", b"two")
    assert (tmp_path / "a" / "b").read_bytes() == b"two"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
