import os
import stat
from pathlib import Path

import pytest

from gateway.control.document import File
from gateway.control.limits import LARGEST_FILE
from gateway.user.files import beside, read_file, read_settings, replace_file


def test_a_file_comes_with_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "press-3.psk"
    path.write_bytes(b"hunter2")
    path.chmod(0o640)
    assert read_file(path) == File(b"hunter2", 0o640)


def test_files_named_in_a_configuration_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a.psk").write_bytes(b"hunter2")
    found = beside(tmp_path / "postern.toml")("keys/a.psk")
    assert isinstance(found, File)
    assert found.data == b"hunter2"


def test_what_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_file(tmp_path / "absent") == "no such file or directory"
    assert read_file(tmp_path / "pipe") == "it is not a plain file"
    assert read_file(tmp_path) in ("it is not a plain file", "is a directory")
    assert read_file(Path("a\0b")) == "no file can have this name"


def test_settings_that_cannot_be_read_are_a_problem_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "postern.toml"
    found = read_settings(path, lambda file, name: (name, file.data))
    assert isinstance(found, list)
    [problem] = found
    assert str(problem).startswith("postern.toml: cannot be read: no such file")
    assert str(path) in problem.hint
    path.write_bytes(b"a = 1")
    assert read_settings(path, lambda file, name: (name, file.data)) == ("postern.toml", b"a = 1")


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(2 * LARGEST_FILE))
    found = read_file(path)
    assert isinstance(found, File)
    assert len(found.data) == LARGEST_FILE + 1


def test_a_file_is_replaced_with_its_permissions_kept(tmp_path: Path) -> None:
    path = tmp_path / "postern.toml"
    path.write_text("before")
    path.chmod(0o640)
    replace_file(path, "after")
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_and_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "postern.toml"
    path.write_text("before")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
