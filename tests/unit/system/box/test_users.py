"""The administrators of the configuration are the users of the system."""

import signal
import stat
from pathlib import Path

import pytest

from gateway.control.config import Admin
from gateway.system.box.places import Places
from gateway.system.box.users import KEYS, MARK, Users, owner, processes_of
from gateway.system.run import ToolFailed
from tests.unit.system.box.machine import KEY, OTHER_KEY, Tools, put

ADA = Admin("ada", (KEY, OTHER_KEY))
PASSWD = f"""\
root:x:0:0:root:/root:/bin/bash
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
bob:x:1001:1001:{MARK}:/home/bob:/usr/lib/postern/console
carl:x:1002:1002:somebody else:/home/carl:/bin/sh
"""


def test_a_new_administrator_is_made_with_keys_and_without_a_password(tmp_path: Path) -> None:
    tools = Tools()
    Users(Places(tmp_path), tools, shell="/menu").apply([ADA])
    assert tools.asked == [
        "useradd --create-home --user-group --groups postern-admin,postern-ask --shell /menu "
        f"--comment {MARK} -- ada"
    ]
    path = tmp_path / "etc" / KEYS / "ada"
    assert path.read_text() == f"{KEY}\n{OTHER_KEY}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_who_is_no_administrator_any_more_is_out_at_once(tmp_path: Path) -> None:
    killed: list[tuple[int, int]] = []
    put(tmp_path, "etc/passwd", PASSWD)
    put(tmp_path, f"etc/{KEYS}/bob", OTHER_KEY)
    put(tmp_path, "proc/70/status", "Name:\tsh\nUid:\t1001\t1001\t1001\t1001\n")
    put(tmp_path, "proc/71/status", "Name:\tsh\nUid:\t1002\t1002\t1002\t1002\n")
    tools = Tools()
    Users(Places(tmp_path), tools, kill=lambda *given: killed.append(given)).apply([])
    assert tools.asked == ["userdel --force --remove -- bob"]
    assert killed == [(70, signal.SIGKILL)]
    assert not (tmp_path / "etc" / KEYS / "bob").exists()


def test_the_door_is_shut_even_if_the_rest_fails(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", PASSWD)
    put(tmp_path, f"etc/{KEYS}/bob", OTHER_KEY)
    with pytest.raises(ToolFailed):
        Users(Places(tmp_path), Tools(fails={"userdel": "busy"})).apply([])
    assert not (tmp_path / "etc" / KEYS / "bob").exists()


def test_who_is_there_stays_and_gets_the_keys_of_now(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", PASSWD)
    put(tmp_path, f"etc/{KEYS}/bob", KEY)
    tools = Tools()
    Users(Places(tmp_path), tools).apply([Admin("bob", (OTHER_KEY,))])
    assert tools.asked == []
    assert (tmp_path / "etc" / KEYS / "bob").read_text() == f"{OTHER_KEY}\n"


def test_users_of_the_system_and_of_others_are_let_be(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", PASSWD.replace(MARK, "a person"))
    tools = Tools()
    Users(Places(tmp_path), tools).apply([])
    assert tools.asked == []


def test_nobody_without_a_number_and_never_root_has_processes(tmp_path: Path) -> None:
    put(tmp_path, "proc/1/status", "Uid:\t0\t0\t0\t0\n")
    assert processes_of("0", tmp_path / "proc") == processes_of("", tmp_path / "proc") == []


def test_a_service_without_a_user_is_roots() -> None:
    assert owner("postern", {"postern": (7, 8)}.__getitem__) == (7, 8)
    assert owner("postern", dict[str, tuple[int, int]]().__getitem__) == (0, 0)
