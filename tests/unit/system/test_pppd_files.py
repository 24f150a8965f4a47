"""The folder of pppd's RADIUS plugin."""

import os
from pathlib import Path

import pytest

from gateway.system.pppd_files import Files


def test_they_are_roots_alone_and_gone_when_they_are_cleared(tmp_path: Path) -> None:
    files = Files(tmp_path / "pppd.radius")
    files.write({})
    assert not files.folder.exists()
    for text in ("10.10.0.5 once\n", "10.10.0.5 again\n"):
        files.write({"lan.servers": text})
    [path] = files.folder.iterdir()
    assert (path.name, path.read_text()) == ("lan.servers", "10.10.0.5 again\n")
    assert [oct(one.stat().st_mode & 0o777) for one in (files.folder, path)] == ["0o700", "0o600"]
    files.clear()
    files.clear()
    assert not files.folder.exists()


def test_a_folder_of_somebody_else_gets_no_secret(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    files = Files(tmp_path / "pppd.radius")
    os.symlink(theirs, files.folder)
    with pytest.raises(PermissionError, match="is not root's: remove it"):
        files.write({"lan.servers": "10.10.0.5 secret\n"})
    files.clear()
    assert (list(theirs.iterdir()), files.folder.is_symlink()) == ([], True)
