"""Who starts pppd: what it takes for a request, what it answers, and what it leaves behind."""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.control.config import Config
from gateway.control.values_reach import NONE, Reach, reach
from gateway.system import pppd_host
from gateway.system.pppd_host import ASKING_WITHIN, LONGEST_REQUEST, MOST_ASKING, Host
from gateway.system.run import ToolMissing
from tests.unit.control.test_relations_local import BEFORE, POOL, RADIUS
from tests.unit.control.written import config_of

ASKED = {"route": "lan", "client": "press-3", "from": "203.0.113.7", "mru": "1400"}
LINE = json.dumps(ASKED).encode() + b"\n"


class Program:
    """A pppd that runs until it is told otherwise, and keeps its line as one does."""

    def __init__(self, line: socket.socket) -> None:
        self.pid, self.line = 4711, line.dup()
        self.status: int | None = None

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.status = -15


class Machine:
    """A machine with a host on it, and everything the host did."""

    def __init__(self, folder: Path, config: Config | str) -> None:
        self.config = config
        self.now = 100.0
        self.started: list[list[str]] = []
        self.programs: list[Program] = []
        self.rules: list[Mapping[str, tuple[Reach, ...]]] = []
        self.told: list[str] = []
        self.missing = False
        self.closed: list[bool] = []  # whether the inside interface was, each time
        self.lines: list[socket.socket] = []
        self.path = folder / "run" / "pppd.sock"
        self.root = folder / "root"
        self.switch("eth1", "0")
        self.host = Host(
            self.path, lambda: self.config, self._start, self._set, self.told.append,
            root=self.root,
        )  # fmt: skip

    def switch(self, interface: str, text: str = "") -> str:
        """What the kernel has for an interface; with a text it is there from now on."""
        path = self.root / "proc/sys/net/ipv4/conf" / interface / "forwarding"
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return path.read_text().strip()

    def ask(self, data: bytes = LINE) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.lines.append(line)
        line.connect(str(self.path))
        line.settimeout(1.0)
        line.sendall(data)
        self.turn()
        self.turn()
        return line

    def close(self) -> None:
        self.host.close()
        for line in (*self.lines, *(program.line for program in self.programs)):
            line.close()

    def turn(self) -> None:
        """One step that does not wait for long, whatever there is to do."""
        read, write = os.pipe()
        os.write(write, b"x")
        self.host.register(read)
        self.host.step(lambda: self.now)
        self.host._selector.unregister(read)
        os.close(read)
        os.close(write)

    def _start(self, argv: Sequence[str], line: socket.socket) -> Program:
        if self.missing:
            raise ToolMissing("pppd", None, "no such file")
        self.started.append(list(argv))
        self.programs.append(Program(line))
        return self.programs[-1]

    def _set(self, calls: Mapping[str, tuple[Reach, ...]], inside: str, closed: bool) -> None:
        assert inside == "eth1"
        self.rules.append(dict(calls))
        self.closed.append(closed)


def let_go(line: socket.socket) -> bool:
    """Whether the other end is closed; with something unread there it is a reset."""
    try:
        return line.recv(100) == b""
    except ConnectionResetError:
        return True


Make = Callable[[str], Machine]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A machine with this in its configuration behind the route; pppd is there."""
    made: list[Machine] = []
    monkeypatch.setattr(pppd_host, "PPPD", "/bin/sh")

    def machine(more: str = POOL) -> Machine:
        text = BEFORE.replace('route = "lan"', 'route = "lan"\nreach = ["10.10.0.2"]')
        made.append(Machine(tmp_path, config_of(text + more)))
        return made[-1]

    yield machine
    for one in made:
        one.close()


def test_a_request_is_answered_and_the_line_is_pppds(make: Make) -> None:
    machine = make(POOL)
    line = machine.ask(LINE + b"~what comes behind it is for pppd")
    assert line.recv(100) == b"started\n"
    [argv] = machine.started
    assert argv[0] == "/usr/sbin/pppd"
    assert "10.10.0.1:10.10.0.150" in argv
    assert machine.programs[0].line.recv(100) == b"~what comes behind it is for pppd"
    assert machine.rules == [{"postern0": (reach("10.10.0.2"),)}]
    assert "started for press-3 as postern0" in machine.told[-1]


def test_each_call_has_an_address_and_an_interface_and_both_come_back(make: Make) -> None:
    machine = make(POOL)
    for _ in range(2):
        machine.ask()
    assert "10.10.0.1:10.10.0.151" in machine.started[1]
    assert "postern1" in machine.started[1]
    machine.programs[0].status = 16
    machine.turn()
    machine.ask()
    assert "10.10.0.1:10.10.0.150" in machine.started[2]
    assert sorted(machine.rules[-1]) == ["postern0", "postern1"]


def test_a_client_of_whom_nothing_is_said_reaches_nothing_by_the_kernel_too(make: Make) -> None:
    machine = make(POOL)
    machine.config = config_of(BEFORE + POOL)
    machine.ask()
    assert machine.rules == [{"postern0": (NONE,)}]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"\n", b"none of the gateway's"),
        (LINE.replace(b"lan", b"old-nt4"), b"no such route"),
        (LINE.replace(b"press-3", b"press-4"), b"no such client"),
    ],
)
def test_what_may_not_be_asked_is_refused_in_words(make: Make, asked: bytes, answer: bytes) -> None:
    machine = make(POOL)
    assert answer in machine.ask(asked).recv(500)
    assert machine.started == []


def test_a_configuration_that_is_wrong_and_a_pppd_that_is_not_there_are_told(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = make(POOL)
    monkeypatch.setattr(pppd_host, "PPPD", "/nowhere/pppd")
    assert b"install the Debian package ppp" in machine.ask().recv(500)
    machine.config = "postern.toml is wrong"
    assert b"postern.toml is wrong" in machine.ask().recv(500)


def test_a_pppd_that_cannot_be_started_ends_the_line(make: Make) -> None:
    machine = make(POOL)
    machine.missing = True
    line = machine.ask()
    assert line.recv(8) == b"started\n"
    assert b"no such file" in line.recv(500)
    assert machine.host.running == {}


def test_a_full_pool_is_told(make: Make) -> None:
    machine = make('pool = "10.10.0.150-10.10.0.150"\n')
    machine.ask()
    assert b"no address of the pool of lan is free" in machine.ask().recv(500)


def test_who_says_too_much_or_nothing_is_let_go(make: Make) -> None:
    machine = make(POOL)
    assert let_go(machine.ask(b"x" * LONGEST_REQUEST))
    silent = machine.ask(b"half a line")
    machine.now += ASKING_WITHIN
    machine.turn()
    assert let_go(silent)


def test_those_who_ask_are_few(make: Make) -> None:
    machine = make(POOL)
    lines = [machine.ask(b"x") for _ in range(MOST_ASKING + 2)]
    assert len(machine.host._asking) == MOST_ASKING
    assert let_go(lines[0])


def test_forwarding_is_on_for_the_two_interfaces_and_off_again_at_the_end(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.ask()
    assert machine.closed == [True, True]
    assert machine.switch("eth1") == "1"
    machine.switch("postern0", "0")
    machine.turn()
    assert machine.switch("postern0") == "1"
    machine.host.close()
    assert machine.switch("eth1") == "0"
    assert machine.programs[0].status == -15


def test_what_was_on_before_stays_on(make: Make) -> None:
    machine = make(POOL)
    machine.switch("eth1", "1")
    machine.ask()
    assert machine.closed == [False]
    machine.host.close()
    assert machine.switch("eth1") == "1"


def test_the_files_for_radius_are_for_root_alone(make: Make) -> None:
    machine = make(RADIUS)
    machine.ask()
    folder = machine.path.parent
    modes: dict[str, Any] = {
        path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()
    }
    assert modes.pop("pppd.sock") == "0o600"
    assert modes == dict.fromkeys(["lan.conf", "lan.servers", "lan.dictionary", "lan.map"], "0o600")
    assert not any("between-us" in word for word in machine.started[0])


def test_its_socket_takes_the_place_of_one_that_a_crash_left(make: Make, tmp_path: Path) -> None:
    place = tmp_path / "run" / "pppd.sock"
    place.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(place))
    assert make(POOL).ask().recv(100) == b"started\n"
