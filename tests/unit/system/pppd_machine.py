"""A machine on which local calls are asked for, with pppds that are told what to do."""

import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.control.config import Config
from gateway.system import pppd_calls
from gateway.system.pppd_call import Sink
from gateway.system.pppd_calls import Calls
from gateway.system.pppd_files import Files
from gateway.system.pppd_host import Host
from gateway.system.pppd_links import Links
from gateway.system.pppd_table import Table
from gateway.system.run import Result, ToolFailed, ToolMissing
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_local import BEFORE
from tests.unit.control.written import config_of

ASKED = {"route": "lan", "client": "press-3", "from": "203.0.113.7", "mru": "1400"}
LINE = json.dumps(ASKED).encode() + b"\n"
ENTRY = 'route = "lan"\nreach = ["10.10.0.2"]'


def configured(more: str, entry: str = ENTRY) -> Config:
    """With this behind the route, and that in the client's entry."""
    return config_of(BEFORE.replace('route = "lan"', entry) + more)


class Program:
    """A pppd that runs until it is told otherwise, and keeps its end of the line as one does."""

    def __init__(self, line: int) -> None:
        self.pid, self.line = 4711, os.dup(line)
        self.status: int | None = None
        self.stubborn = False  # it does not end when it is asked to
        self.waited: list[float] = []

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.status = None if self.stubborn else -15

    def kill(self) -> None:
        self.status = -9

    def ends_within(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.status is not None


class Machine:
    """A machine with a host on it, and everything the host did. nft is a list of its texts."""

    def __init__(self, folder: Path, config: Config | str) -> None:
        self.config = config
        self.now = 100.0
        self.started: list[list[str]] = []
        self.programs: list[Program] = []
        self.rules: list[str] = []
        self.told: list[str] = []
        self.missing = False
        self.interface: tuple[int, int] | None = (3, 17)  # what a pppd has made of its line
        self.refusing = False  # nft, what comes to it from now on
        self.lines: list[socket.socket] = []
        self.path = folder / "run" / "pppd.sock"
        self.root = folder / "root"
        self.switch("eth1", "0")
        self.begin()

    def begin(self, *, rules: bool = True) -> None:
        """A program starts; one before it is forgotten without a word, as one that was killed."""
        self.table = Table(self._nft if rules else None)
        self.calls = Calls(
            lambda: self.config,
            self._start,
            self.table,
            Links(self.path.with_suffix(".opened"), self.root),
            Files(self.path.with_suffix(".radius")),
            self.told.append,
            Sink("127.0.0.77", 40_000, "by-chance"),
        )
        self.host = Host(self.path, self.calls, self.told.append)

    def killed(self) -> None:
        """Only what the kernel closes is closed."""
        self.host._listener.close()
        self.host._selector.close()

    def switch(self, interface: str, text: str = "") -> str:
        """What the kernel has for an interface; with a text it is there from now on."""
        path = self.root / "proc/sys/net/ipv4/conf" / interface / "forwarding"
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return path.read_text().strip()

    def gives(self, interface: str, address: str) -> None:
        """pppd has agreed on an address with its client."""
        path = self.root / "proc/net/route"
        path.parent.mkdir(parents=True, exist_ok=True)
        host = host_bytes(address)[::-1].hex().upper()
        line = f"{interface}\t{host}\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
        path.write_text(f"Iface\tDestination\tGateway ...\n{line}")

    def ask(self, data: bytes = LINE, *, hang_up: bool = False) -> socket.socket:
        """With `hang_up` it does not wait for an answer."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.lines.append(line)
        line.connect(str(self.path))
        line.settimeout(1.0)
        line.sendall(data)
        self.turn()
        if hang_up:
            line.close()
        self.turn()
        return line

    def stop(self) -> None:
        self.host.close(lambda: self.now)

    def close(self) -> None:
        self.stop()
        for line in self.lines:
            line.close()
        for program in self.programs:
            os.close(program.line)

    def turn(self) -> None:
        """One step that does not wait for long, whatever there is to do."""
        read, write = os.pipe()
        os.write(write, b"x")
        self.host.register(read)
        self.host.step(lambda: self.now)
        self.host._selector.unregister(read)
        os.close(read)
        os.close(write)

    def waits(self, seconds: float) -> bool:
        """Whether there is nothing to do for so long."""
        return self.host._selector.select(seconds) == []

    def _start(self, argv: Sequence[str], line: int) -> Program:
        if self.missing:
            raise ToolMissing("pppd", None, "no such file")
        self.started.append(list(argv))
        self.programs.append(Program(line))
        return self.programs[-1]

    def _nft(self, argv: Sequence[str], text: str) -> Result:
        assert list(argv) == ["nft", "-f", "-"]
        if self.refusing:
            raise ToolFailed("nft", 1, "no")
        self.rules.append(text)
        return Result("", "")


Make = Callable[[str], Machine]


@contextmanager
def machines(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Each with this in its configuration behind the route; pppd is there."""
    made: list[Machine] = []
    patch.setattr(pppd_calls, "PPPD", "/bin/sh")

    def machine(more: str) -> Machine:
        made.append(Machine(folder, configured(more)))
        patch.setattr(pppd_calls, "interface_of", lambda inner: made[-1].interface)
        return made[-1]

    yield machine
    for one in made:
        one.close()
