"""`postern accounting` as a process beside a gateway's control socket, for whoever tests it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gateway.control.companions import Accounting
from gateway.control.config import Config
from gateway.daemon import Desk
from gateway.system.calendar import Calendar
from gateway.system.clock import now
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import TODAY, World, meet
from tests.unit.control.written import GOOD
from tests.unit.test_daemon import written

CHECKOUT = Path(__file__).parents[2]
SECRET = "a-long-random-text"
LOOPBACK = "127.0.0.1"
LIFE = 20.0  # seconds that the world has run before this moment


def settings(port: int, more: str = "") -> str:
    return (
        f'[accounting]\nserver = "{LOOPBACK}"\nport = {port}\nsecret = "{SECRET}"\n'
        f'address = "{LOOPBACK}"\nnas_identifier = "postern-1"\n{more}'
    )


def accounted_world() -> World:
    """A gateway whose owner wants accounts, on a clock that is nearly the machine's own."""
    world = meet(start=now() - LIFE)
    accounting = Accounting(host_bytes(LOOPBACK))
    config: Config = world.core.config
    world.core.config = replace(config, accounting=accounting)
    return world


def desk(world: World, folder: Path) -> Desk:
    return Desk(world.core, folder / "postern.toml", Calendar(TODAY, 0.0, lambda: 0.0))


class Accountant:
    """The program; `said` has its lines once it has stopped."""

    def __init__(self, folder: Path, port: int, more: str = "") -> None:
        self.folder = folder
        self.path = written(folder, GOOD + settings(port, more))
        self.said = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        argv = [sys.executable, "-m", "gateway.accounting", "--config", str(self.path)]
        argv += ["--socket", str(self.folder / "c.sock"), "--state", str(self.folder / "state")]
        with subprocess.Popen(argv, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as child:
            assert child.stderr is not None
            try:
                first = child.stderr.readline()
                assert first.startswith("ready to tell 127.0.0.1:"), first + child.stderr.read()
                yield
            finally:
                child.send_signal(signal.SIGTERM)
                self.said = first + child.stderr.read()
                assert child.wait(timeout=60) == 0, self.said
