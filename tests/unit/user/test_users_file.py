"""The file beside the configuration: whole or not at all, and for its owner alone."""

import stat
from pathlib import Path

import pytest

from gateway.control.users import USERS_FILE, Users
from gateway.user.client import DaemonError
from gateway.user.users_file import keep_users, load_users

ADA = Users().with_user("ada", "secret")


def test_what_was_kept_is_loaded_and_nobody_else_may_look(tmp_path: Path) -> None:
    config = tmp_path / "postern.toml"
    path = keep_users(config, ADA)
    assert path == tmp_path / USERS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_users(config).known == ADA.known
    keep_users(config, Users())
    assert load_users(config).known == {}
    assert [one.name for one in tmp_path.iterdir()] == [USERS_FILE]


def test_a_file_that_is_not_there_has_nobody_in_it(tmp_path: Path) -> None:
    assert load_users(tmp_path / "postern.toml") == Users()


def test_a_file_that_is_wrong_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / USERS_FILE).write_text("ada:no hash\n")
    with pytest.raises(DaemonError, match="line 1"):
        load_users(tmp_path / "postern.toml")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / USERS_FILE).mkdir()
    with pytest.raises(DaemonError, match="cannot be read"):
        load_users(tmp_path / "postern.toml")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="cannot be written"):
        keep_users(tmp_path / "nowhere/postern.toml", ADA)


def test_somebodys_link_in_its_way_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / f"{USERS_FILE}.new").symlink_to(target)
    keep_users(tmp_path / "postern.toml", ADA)
    assert target.read_text() == "mine"
    assert load_users(tmp_path / "postern.toml").known == ADA.known
