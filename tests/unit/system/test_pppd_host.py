"""Who asks for local calls: what is taken for a request, what is answered, who is let go."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.system import pppd_host
from gateway.system.control_socket import AlreadyRunning
from gateway.system.line import take
from gateway.system.pppd_host import ASKING_WITHIN, LONGEST_REQUEST, MOST_ASKING
from tests.unit.control.test_relations_local import POOL
from tests.unit.system.pppd_machine import LINE, Machine, Make, machines


def let_go(line: socket.socket) -> bool:
    """Whether the other end is closed; with something unread there it is a reset."""
    try:
        return line.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    with machines(tmp_path, monkeypatch) as found:
        yield found


def test_a_request_is_answered_with_the_other_end_of_pppds_line(make: Make) -> None:
    machine = make(POOL)
    asking = machine.ask(LINE + b"~what comes behind it is for nobody")
    answer, line = take(asking, 100)
    assert answer == b"started 3 17\n"
    assert line is not None
    [argv] = machine.started
    assert argv[0] == "/usr/sbin/pppd"
    assert "10.10.0.1:10.10.0.150" in argv
    assert "started for press-3 as postern0" in machine.told[-1]
    line.send(b"~\x03\x04\n")
    assert os.read(machine.programs[0].line, 100) == b"~\x03\x04\n"
    assert let_go(asking)
    line.close()
    assert os.read(machine.programs[0].line, 100) == b""


def test_a_request_may_come_in_pieces_and_each_is_taken(make: Make) -> None:
    machine = make(POOL)
    line = machine.ask(LINE[:20])
    assert machine.waits(0.02)
    line.sendall(LINE[20:] + b"~")
    machine.turn()
    assert line.recv(100) == b"started 3 17\n"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"\n", b"none of the gateway's"),
        (b"[" * (LONGEST_REQUEST - 1) + b"\n", b"none of the gateway's"),
        (LINE.replace(b"lan", b"old-nt4"), b"no such route"),
        (LINE.replace(b"press-3", b"press-4"), b"no such client"),
    ],
)
def test_what_may_not_be_asked_is_refused_in_words(make: Make, asked: bytes, answer: bytes) -> None:
    machine = make(POOL)
    assert answer in machine.ask(asked).recv(500)
    assert machine.started == []


def test_who_says_too_much_or_nothing_is_let_go(make: Make) -> None:
    machine = make(POOL)
    assert let_go(machine.ask(b"x" * LONGEST_REQUEST))
    silent = machine.ask(b"half a line")
    machine.now += ASKING_WITHIN
    machine.turn()
    assert let_go(silent)


def test_too_much_in_pieces_is_too_much_as_well(make: Make) -> None:
    machine = make(POOL)
    line = machine.ask(b"x" * (LONGEST_REQUEST - 1))
    line.sendall(b"x\n")
    machine.turn()
    assert let_go(line)
    assert machine.started == []


def test_those_who_ask_are_few(make: Make) -> None:
    machine = make(POOL)
    lines = [machine.ask(b"x") for _ in range(MOST_ASKING + 2)]
    assert len(machine.host._asking) == MOST_ASKING
    assert let_go(lines[0])


def test_its_socket_takes_the_place_of_one_that_a_crash_left(make: Make, tmp_path: Path) -> None:
    place = tmp_path / "run" / "pppd.sock"
    place.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(place))
    assert make(POOL).ask().recv(100) == b"started 3 17\n"


def test_a_second_one_is_refused_and_the_first_is_asked_as_before(make: Make) -> None:
    machine = make(POOL)
    with pytest.raises(AlreadyRunning):
        Machine(machine.path.parent.parent, machine.config)
    machine.turn()
    assert machine.ask().recv(100) == b"started 3 17\n"


def test_a_folder_of_somebody_elses_stays_as_it_is(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o1777)
    before, group = tmp_path.stat(), os.getegid()
    pppd_host._listen(tmp_path / "pppd.sock", group).close()
    assert tmp_path.stat().st_mode == before.st_mode
    pppd_host._listen(tmp_path / "made" / "pppd.sock", group).close()
    assert oct((tmp_path / "made").stat().st_mode & 0o7777) == "0o710"


def test_the_usual_folder_is_ours_though_systemd_has_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pppd_host, "USUAL", tmp_path / "pppd.sock")
    pppd_host._listen(tmp_path / "pppd.sock", os.getegid()).close()
    assert oct(tmp_path.stat().st_mode & 0o7777) == "0o710"
