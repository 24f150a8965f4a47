"""Who asks, from what the kernel says of the process."""

import os
import pwd
from pathlib import Path
from typing import Any

from gateway.control.changes_outputs import Who
from gateway.system.box.callers import at_the_box, who_asks
from gateway.system.control_socket import Peer
from tests.unit.system.box.machine import put

ME = pwd.getpwuid(os.getuid()).pw_name


def process(
    root: Path, pid: int, name: str, parent: int, session: str = "4294967295", leader: int = 1
) -> None:
    """`leader` is of its terminal's session; it began at 900 ticks, as all here."""
    behind = f"S {parent} 1 {leader} " + "0 " * 15 + "900 0 0"
    put(root, f"proc/{pid}/stat", f"{pid} ({name}) {behind}")
    put(root, f"proc/{pid}/sessionid", session)


def at_console(root: Path, pid: int, unit: str = "postern-console@ttyS0.service") -> None:
    put(root, f"proc/{pid}/cgroup", f"0::/system.slice/system-postern\\x2dconsole.slice/{unit}\n")


def asks(root: Path, pid: int, uid: int = 0, **request: Any) -> Who:
    return who_asks(Peer(pid, uid, uid), request, root)


def test_root_at_a_console_is_at_the_box(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1)
    who = asks(tmp_path, 50)
    assert who == Who("console", "console")
    assert at_the_box(who)


def test_whoever_stands_at_a_console_is_known_by_its_menu_and_by_nothing_else(
    tmp_path: Path,
) -> None:
    process(tmp_path, 50, "postern", 1, leader=50)
    at_console(tmp_path, 50)
    who = asks(tmp_path, 50)
    assert who == Who("console", "console", "console:ttyS0:50:900", proved=False)
    assert at_the_box(who)


def test_a_shell_that_the_menu_has_opened_is_of_the_same_console(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1, leader=50)
    process(tmp_path, 70, "postern", 60, leader=50)
    at_console(tmp_path, 70)
    assert asks(tmp_path, 70, face="cli").session == "console:ttyS0:50:900"


def test_what_a_shell_has_left_behind_is_of_no_menu(tmp_path: Path) -> None:
    process(tmp_path, 70, "postern", 1, leader=50)  # which has ended
    at_console(tmp_path, 70)
    assert asks(tmp_path, 70).session == "console:ttyS0:50:over"


def test_roots_own_programs_stand_at_no_console(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1)
    at_console(tmp_path, 50, "postern-health.service")
    assert asks(tmp_path, 50) == Who("console", "console")


def test_who_comes_by_ssh_is_remote_and_its_connection_has_a_name(tmp_path: Path) -> None:
    process(tmp_path, 40, "sshd", 1)
    process(tmp_path, 41, "sshd-session", 40)
    process(tmp_path, 50, "postern) (odd", 41)
    who = asks(tmp_path, 50, uid=os.getuid(), face="ssh")
    assert (who.face, who.session, who.remote) == ("ssh", "ssh:41", True)
    assert not at_the_box(who)


def test_two_programs_of_one_connection_are_of_one_session(tmp_path: Path) -> None:
    process(tmp_path, 41, "sshd-session", 1)
    process(tmp_path, 50, "postern", 41)
    process(tmp_path, 60, "sh", 41)
    process(tmp_path, 61, "postern", 60)
    assert asks(tmp_path, 50, 1000).session == asks(tmp_path, 61, 1000).session


def test_who_has_left_its_parents_still_has_its_login(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1, session="7")
    who = asks(tmp_path, 50, uid=0, face="console")
    assert (who.remote, who.session) == (True, "login:7")


def test_an_administrator_is_never_at_the_box_whatever_the_request_says(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1)
    who = asks(tmp_path, 50, uid=12345, face="console", user="console")
    assert who == Who("12345", "ssh", "", remote=True)


def test_the_face_is_a_word_of_ours(tmp_path: Path) -> None:
    process(tmp_path, 50, "postern", 1)
    assert asks(tmp_path, 50, 12345, face="ansible").face == "ansible"
    assert asks(tmp_path, 50, 12345, face="\x1b[2J").face == "ssh"
    assert asks(tmp_path, 50, 0, face="cli").face == "cli"
    assert asks(tmp_path, 50, 0, face="ssh").face == "console"


def test_nobody_is_nobody(tmp_path: Path) -> None:
    assert not at_the_box(who_asks(None, {}, tmp_path))
    assert not who_asks(None, {}, tmp_path).user


def test_a_process_that_has_gone_and_a_circle_end_the_search(tmp_path: Path) -> None:
    assert asks(tmp_path, 99).user == "console"
    process(tmp_path, 50, "a", 51)
    process(tmp_path, 51, "b", 50)
    assert asks(tmp_path, 50).session == ""
    put(tmp_path, "proc/52/stat", "what is this")
    assert asks(tmp_path, 52).session == ""


def test_a_user_is_known_by_name(tmp_path: Path) -> None:
    process(tmp_path, 41, "sshd", 1)
    process(tmp_path, 50, "postern", 41)
    assert asks(tmp_path, 50, os.getuid()).user == ME
