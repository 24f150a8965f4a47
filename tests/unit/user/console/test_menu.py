"""The full screen on a pseudo-terminal: what a serial line sees, byte by byte."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.sessions import StatusView
from tests.unit.user.console.agents import FakeBox, FakeDaemon, both, session
from tests.unit.user.console.pty_menu import SERIAL, Menu, menu

FIRST_PAINT, ONE_KEY = 2500, 300  # bytes: a fifth of a second at 115200, a third at 9600
DOWN, UP = b"\x1b[B", b"\x1b[A"

pytestmark = pytest.mark.long


@pytest.fixture
def paths(tmp_path: Path, box: FakeBox, daemon: FakeDaemon) -> Iterator[tuple[str, str]]:
    with both(tmp_path, box, daemon) as found:
        yield found


@pytest.fixture
def serial(paths: tuple[str, str]) -> Iterator[Menu]:
    with menu(paths) as found:
        found.wait_for("?: help")
        found.settle()
        yield found


def test_the_first_paint_is_short_and_all_of_it_ascii(serial: Menu) -> None:
    assert len(serial.sent) <= FIRST_PAINT
    assert serial.sent.isascii()
    assert "gw-lab-1" in serial.screen.display[0]
    serial.wait_focused("1  Status and live sessions")


def test_a_key_costs_few_bytes(serial: Menu) -> None:
    costs = [len(serial.type(key)) for key in (DOWN, DOWN, UP, b"9", b"\x7f", DOWN)]
    assert max(costs) <= ONE_KEY


def test_a_number_goes_to_its_row_and_enter_chooses(serial: Menu) -> None:
    serial.type("10")
    serial.wait_focused("10  Self-test")
    serial.type("\r")
    assert "-- Self-test --" in serial.text()
    serial.type("b")
    assert "-- Main menu --" in serial.text()


def test_what_has_not_changed_is_not_drawn(serial: Menu) -> None:
    quiet = serial.watch(4.5)  # two glances at the agents, of which only the CPU is news
    assert len(quiet) <= 2 * ONE_KEY


def test_ctrl_l_draws_everything_again(serial: Menu) -> None:
    serial.screen.draw("kernel: eth0: link is down")
    again = serial.type("\x0c")
    assert "kernel" not in serial.text()
    assert 500 < len(again) <= FIRST_PAINT


@pytest.mark.parametrize("gap", [0.05, 0.3])
def test_an_arrow_key_whose_bytes_come_apart_is_still_one(serial: Menu, gap: float) -> None:
    for byte in DOWN:
        serial.child.send(bytes([byte]))
        serial.watch(gap)
    serial.settle()
    serial.wait_focused("2  Ports and addresses")


def test_ctrl_c_z_and_backslash_do_nothing(serial: Menu) -> None:
    serial.type(b"\x03\x1a\x1c")
    serial.type(DOWN)
    serial.wait_focused("2  Ports and addresses")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP])
def test_such_signals_from_elsewhere_do_nothing_either(serial: Menu, number: int) -> None:
    os.kill(serial.child.pid, number)
    serial.type(DOWN)
    serial.wait_focused("2  Ports and addresses")


def test_a_hang_up_ends_it(serial: Menu) -> None:
    os.kill(serial.child.pid, signal.SIGHUP)
    assert serial.ended()


def test_a_terminal_that_goes_away_ends_it(serial: Menu) -> None:
    serial.child.close(force=False)
    assert serial.child.signalstatus == signal.SIGHUP


def test_a_window_of_nothing_is_asked_for_its_size_once(paths: tuple[str, str]) -> None:
    with menu(paths) as found:
        found.child.setwinsize(0, 0)
        found.child.expect_exact(b"\x1b[6n")
        found.child.send(b"\x1b[30;100R")
        found.wait_for("?: help")
        assert found.child.getwinsize() == (30, 100)


def test_a_window_of_nothing_that_does_not_answer_is_80_by_24(paths: tuple[str, str]) -> None:
    with menu(paths) as found:
        found.child.setwinsize(0, 0)
        found.wait_for("?: help")
        assert found.child.getwinsize() == (24, 80)


def test_five_hundred_sessions_scroll(paths: tuple[str, str], daemon: FakeDaemon) -> None:
    daemon.sessions = [session(number) for number in range(1, 501)]
    with menu(paths) as found:
        found.wait_for("?: help")
        found.choose("1", "500 sessions")
        assert len(found.type(DOWN)) <= ONE_KEY
        found.type("437")
        assert found.focused().startswith("437  press-437")
        found.type(b"\x1b[6~")
        found.choose("", "how it came up:")


def test_what_a_peer_chose_cannot_steer_the_terminal(
    paths: tuple[str, str], daemon: FakeDaemon
) -> None:
    evil = "\x1b[2J\x9b31m\u202eé"
    daemon.sessions = [session(7, client=evil, peer=evil, user=evil, last_error=evil)]
    daemon.account = [{"ms": 0, "text": evil}]
    daemon.status = StatusView(version=evil, refusals=(evil,), rules_ok=True)
    with menu(paths, {"TERM": "vt220", "LC_ALL": "C"}) as found:  # Python takes this for UTF-8
        found.wait_for("?: help")
        found.choose("1", "\\x1b[2J")
        found.choose("7", "last error")
        found.type(b"\x1b[6~")
        found.choose("", "how it came up:")
        found.settle()
        assert b"\x1b[2J\xc2\x9b" not in found.sent
        assert found.sent.isascii()


def test_a_form_is_judged_while_it_is_typed(serial: Menu) -> None:
    serial.choose("3", "Clients and keys")
    serial.type("n")
    serial.wait_for("[ Save ]")
    serial.type("till 4")
    serial.wait_for("name: is 'till 4', which is no name.")
    for _ in range(6):
        serial.type("\t")
    serial.type("\r")
    assert "-- New client --" in serial.text()


def test_a_client_is_added_and_its_key_shown(serial: Menu, box: FakeBox) -> None:
    serial.choose("3", "Clients and keys")
    serial.type("n")
    serial.wait_for("[ Save ]")
    serial.type("till-4")
    serial.type("\t\t\t\t\t\t\t\t\t\t\t\r")
    serial.wait_for("It is shown only now.")
    assert 'name = "till-4"' in box.desk.changes.candidate


def test_a_paste_of_four_kilobytes_is_taken_whole(paths: tuple[str, str]) -> None:
    box = FakeBox(claimed=False)
    key = "ssh-rsa " + "A" * 4000
    with (
        both(Path(paths[0]).parent / "unclaimed", box, FakeDaemon()) as other,
        menu(other) as found,
    ):
        found.wait_for("Welcome to Postern")
        found.choose("1", "Public SSH key")
        found.type("ada\t")
        found.type(key)
        found.wait_for("ssh_key: ")
        assert found.text().count("A" * 60) > 10


def test_why_a_client_does_not_connect_is_one_sentence_on_the_screen(serial: Menu) -> None:
    serial.wait_for("Main menu")
    serial.choose("8", "Diagnostics --")
    serial.choose("1", "Number on its screen")
    serial.type("press-3\t")
    serial.type("789\t")
    serial.wait_for("Look")
    serial.type("\r")
    serial.wait_for("Client press-3 has another pre-shared key")
    assert "789 or 792 (Windows 2000, XP)" in serial.text()
    assert "It was not let through: wrong key." in serial.text()


def test_a_session_is_traced_with_one_key_and_the_screen_says_where_to(
    serial: Menu, box: FakeBox
) -> None:
    serial.wait_for("Main menu")
    serial.choose("1", "2 sessions;")
    serial.wait_for("press-7")
    serial.type("\r")
    serial.wait_for("Session 7")
    serial.type("t")
    serial.wait_for("Trace session 7")
    serial.wait_for("The audit says that it was done, and by whom.")
    serial.type("\t\t\t")
    serial.wait_for("Record")
    serial.type("\r")
    serial.wait_for("The trace is in /run/trace-7-1800000000.pcapng, in RAM")
    bounds = {"target": "7", "seconds": 60, "packets": 5000, "path": ""}
    assert {"verb": "trace"} | bounds in box.asked


def test_an_unconfirmed_change_counts_down_on_every_page_and_c_keeps_it(
    serial: Menu, box: FakeBox
) -> None:
    text = box.text.replace("gw-lab-1", "gw-2")
    box.answer({"verb": "config.edit", "text": text})
    box.answer({"verb": "config.apply", "comment": "", "deadline_s": 300})
    serial.wait_for("NOT CONFIRMED: the change by ada goes back in 5:00. C keeps it.")
    box.now += 7
    serial.wait_for("goes back in 4:53.")
    serial.choose("10", "Random numbers")
    serial.type("c")
    serial.wait_for("The change is kept")
    assert "NOT CONFIRMED" not in serial.text()


def test_it_changes_to_plain_text_and_back(serial: Menu) -> None:
    serial.child.send("!")
    serial.wait_for("0) Log out")
    serial.child.send("!\n")
    serial.wait_for("?: help")
    serial.type(DOWN)
    serial.wait_focused("2  Ports and addresses")


def test_a_shell_is_lent_the_terminal_and_gives_it_back(serial: Menu) -> None:
    serial.child.send("14\r")
    serial.settle()
    assert "Main menu" not in serial.text()
    serial.child.send("echo su''m $((6*7)); trap | grep -c INT; exit\r")
    serial.wait_for("?: help")
    serial.type(DOWN)
    assert b"sum 42" in serial.sent
    assert "-- Main menu --" in serial.text()


def test_the_plain_menu_hears_what_is_said_to_all(paths: tuple[str, str]) -> None:
    with menu(paths, {**SERIAL, "POSTERN_PLAIN": "1"}) as found:
        line = Path(f"/proc/{found.child.pid}/fd/0").readlink()
        line.chmod(0o600)
        found.child.expect_exact("Choice: ")
        assert line.stat().st_mode & stat.S_IWGRP


def test_a_console_that_was_left_alone_shows_how_the_box_is_and_asks_for_a_login(
    serial: Menu, box: FakeBox
) -> None:
    serial.choose("3", "press-3")
    box.status = {"locked": True}
    serial.wait_for("1  Log in with a code")
    assert "press-3" not in serial.text()
    assert "gw-lab-1" in serial.screen.display[0]
    assert "SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE ED25519" in serial.text()
    serial.choose("2", "To go on, type the name of this box: gw-lab-1")
    serial.type("\x1b")
    assert len(serial.type("\x0c")) <= FIRST_PAINT


def test_messages_to_all_do_not_stand_in_the_picture_but_in_the_shell(serial: Menu) -> None:
    line = Path(f"/proc/{serial.child.pid}/fd/0").readlink()
    assert not line.stat().st_mode & stat.S_IWGRP
    serial.child.send("14\r")
    serial.settle()
    assert line.stat().st_mode & stat.S_IWGRP
    serial.child.send("exit\r")
    serial.settle()
    serial.type(DOWN)
    serial.wait_focused("2  Ports and addresses")
    assert not line.stat().st_mode & stat.S_IWGRP


def test_logging_out_leaves_the_terminal_as_it_was(serial: Menu) -> None:
    serial.child.send("0\r")
    assert serial.ended()
    assert serial.child.exitstatus == 0


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "dumb"}, {**SERIAL, "POSTERN_PLAIN": "1"}, {}],
    ids=["dumb", "asked for", "no TERM"],
)
def test_where_there_can_be_no_screen_there_is_plain_text(
    paths: tuple[str, str], environment: dict[str, str]
) -> None:
    with menu(paths, environment or {"LC_ALL": "C"}) as found:
        found.child.expect_exact("Choice: ")
        found.child.send("0\n")
        assert found.ended()
        assert found.child.exitstatus == 0


def test_utf8_is_drawn_where_the_terminal_has_it(
    paths: tuple[str, str], daemon: FakeDaemon
) -> None:
    daemon.sessions = [session(7, user="zoë")]
    with menu(paths, {"TERM": "linux", "LC_ALL": "C.UTF-8"}) as found:
        found.wait_for("?: help")
        found.choose("1", "press-7")
        found.choose("7", "zoë")


def test_without_urwid_a_terminal_gets_the_plain_menu(
    paths: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "urwid.py").write_text("raise ImportError\n")
    with menu(paths, {**SERIAL, "PYTHONPATH": str(tmp_path)}) as found:
        found.child.expect_exact("The full screen is not installed here")
        found.child.expect_exact("Choice: ")
        found.child.send("0\n")
        assert found.ended()


def test_bytes_that_are_no_letters_do_no_harm(paths: tuple[str, str], box: FakeBox) -> None:
    with menu(paths, {**SERIAL, "POSTERN_PLAIN": "1"}) as found:
        for line in (
            b"3",
            b"n",
            b"\xff\xc3",
            b"k\xffk",
            b"",
            b"",
            b"203.0.113.\xff",
            b"1",
            b"",
            b"",
            b"",
            b"",
            b"",
        ):
            found.child.expect_exact(": ")
            found.child.send(line + b"\n")
        found.child.expect_exact("which is no name")
    assert "config.set" not in box.verbs()
