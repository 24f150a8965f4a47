"""pppd's own files on a machine that is no box: whole or not at all, and for root alone."""

import stat
from pathlib import Path

import pytest

from gateway.control.lan_users import CHAP, PAP, LanRoute, LanUser
from gateway.control.limits import LARGEST_FILE
from gateway.user.client import DaemonError
from gateway.user.lan_users_files import LanFiles

CONFIG = """\
[[route]]
name = "lan"
kind = "local"
pool = "10.10.0.150-10.10.0.199"
auth = ["chap", "pap"]
"""


@pytest.fixture
def files(tmp_path: Path) -> LanFiles:
    config = tmp_path / "postern.toml"
    config.write_text(CONFIG)
    return LanFiles(config, tmp_path)


def test_a_user_is_stored_and_forgotten(files: LanFiles, tmp_path: Path) -> None:
    files.store("ada", "lan", "secret")
    assert files.users() == [LanUser("ada", "lan")]
    for name in (CHAP, PAP):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert (tmp_path / name).read_text() == '"ada" "lan" "secret" *\n'
    files.forget("ada", "lan")
    assert files.users() == []
    assert sorted(one.name for one in tmp_path.iterdir()) == [CHAP, PAP, "postern.toml"]


def test_every_byte_of_a_person_stays_and_others_may_not_read_it_any_more(
    files: LanFiles, tmp_path: Path
) -> None:
    own = b"# \xe9t\xe9\r\nme@provider * 'x' # out\n"
    (tmp_path / CHAP).write_bytes(own)
    (tmp_path / CHAP).chmod(0o644)
    files.store("ada", "lan", "secret")
    assert (tmp_path / CHAP).read_bytes() == own + b'"ada" "lan" "secret" *\n'
    assert stat.S_IMODE((tmp_path / CHAP).stat().st_mode) == 0o600


def test_a_link_stays_a_link(files: LanFiles, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / CHAP).symlink_to(tmp_path / "data" / "mine")
    files.store("ada", "lan", "secret")
    assert (tmp_path / CHAP).is_symlink()
    assert "ada" in (tmp_path / "data" / "mine").read_text()


def test_without_a_configuration_there_is_no_route(tmp_path: Path, files: LanFiles) -> None:
    assert files.routes() == [LanRoute("lan", (CHAP, PAP))]
    assert LanFiles(tmp_path / "nowhere.toml", tmp_path).routes() == []


def test_what_cannot_be_is_told_with_what_to_do(files: LanFiles, tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="no user 'ada'"):
        files.forget("ada", "lan")
    (tmp_path / PAP).write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(DaemonError, match="pap-secrets is too large"):
        files.users()
    (tmp_path / CHAP).mkdir()
    with pytest.raises(DaemonError, match="chap-secrets cannot be read") as found:
        files.store("ada", "lan", "secret")
    assert found.value.hint == "Do it as root"


def test_where_there_is_no_pppd_it_is_said_what_to_install(tmp_path: Path) -> None:
    elsewhere = LanFiles(tmp_path / "postern.toml", tmp_path / "ppp")
    with pytest.raises(DaemonError, match="there is no") as found:
        elsewhere.store("ada", "lan", "secret")
    assert "apt install ppp" in found.value.hint
