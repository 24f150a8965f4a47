"""`postern kit --file`: a kit made of a configuration file, beside whoever asks."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from gateway import kit
from tests.unit.system.test_media import PROGRAMS
from tests.unit.user.kit.configurations import TEXT
from tests.unit.user.kit.subjects import KEY

Say = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "postern.toml"
    file.write_text(TEXT)
    file.chmod(0o600)
    return tmp_path


def asked(*more: str, **request: object) -> int:
    return kit.main(["postern.toml", json.dumps({"name": "press-3", **request}), *more])


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("zip", "kit-press-3.zip"),
        pytest.param("floppy", "kit-press-3.img", marks=PROGRAMS),
        pytest.param("iso", "kit-press-3.iso", marks=PROGRAMS),
    ],
)
def test_a_kit_is_one_file_that_its_owner_alone_can_read(
    here: Path, capsys: Say, form: str, name: str
) -> None:
    assert asked(form=form) == kit.OK
    assert (here / name).stat().st_mode & 0o777 == 0o600
    told = capsys.readouterr().out
    assert f"It is in {name}." in told
    assert "It has the pre-shared key." in told
    assert KEY not in told


def test_a_zip_opens_and_has_the_key_in_it(here: Path) -> None:
    asked(path="given.zip")
    with ZipFile(BytesIO((here / "given.zip").read_bytes())) as archive:
        assert archive.read("press-3/PSK.TXT").decode() == KEY


def test_a_folder_holds_the_files_themselves(here: Path) -> None:
    assert asked(form="folder") == kit.OK
    folder = here / "kit-press-3"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in folder.iterdir()) == [
        "PSK.TXT",
        "README.TXT",
        "SHEET.PDF",
        "UPDATES.TXT",
    ]
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}


def test_what_is_there_is_never_written_over(here: Path, capsys: Say) -> None:
    assert asked() == kit.OK
    before = (here / "kit-press-3.zip").read_bytes()
    assert asked(windows="nt4") == kit.FAILED
    assert "postern: kit-press-3.zip is there already\n" in capsys.readouterr().err
    assert (here / "kit-press-3.zip").read_bytes() == before


def test_as_json_it_says_the_same(here: Path, capsys: Say) -> None:
    assert asked("--json") == kit.OK
    assert json.loads(capsys.readouterr().out)["path"] == "kit-press-3.zip"
    assert asked("--json", name="press-9") == kit.FAILED
    assert "press-9 is no client" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize(
    ("request_there", "what"),
    [
        ({"form": "tape"}, "a kit is no 'tape'"),
        ({"p12": "press-3.p12"}, "press-3.p12 cannot be read: no such file or directory"),
        ({"path": "no/such/folder.zip"}, "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_hint(
    here: Path, capsys: Say, request_there: dict[str, str], what: str
) -> None:
    assert asked(**request_there) == kit.FAILED
    first, hint = capsys.readouterr().err.splitlines()
    assert what in first
    assert hint.startswith("  ")


def test_a_configuration_that_is_wrong_makes_no_kit(here: Path, capsys: Say) -> None:
    (here / "postern.toml").write_text(TEXT.replace("10.10.0.2", "nowhere"))
    assert asked() == kit.FAILED
    assert "postern.toml is not usable" in capsys.readouterr().err
    (here / "postern.toml").unlink()
    assert asked() == kit.FAILED
    assert "postern.toml cannot be read" in capsys.readouterr().err
