"""A pair on this machine's kernel: real daemons, real keepalived, in namespaces of their own.

keepalived is the lab's, which `make setup` unpacks. A client that dials again: test_shared.py.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.system.box.pairing import keepalived_text
from gateway.system.run import run
from tests.interop.lab.boot import BUILD, CHECKOUT
from tests.interop.lab.gateway import PYTHON, configuration
from tests.interop.netns import Namespace, need_root

pytestmark = [pytest.mark.root, pytest.mark.long]
TREE = BUILD / "tree"
LIBRARIES = {"LD_LIBRARY_PATH": str(TREE / "usr/lib/x86_64-linux-gnu")}
SHARED, OWN = "203.0.113.1", ("203.0.113.2", "203.0.113.3")
PATIENCE = 90.0  # seconds, on a machine that is busy besides


class Box:
    """One of the two, its card outside in a switch, its card inside with a cable to nobody."""

    def __init__(self, number: int, switch: Namespace, folder: Path) -> None:
        self.space = Namespace()
        self.number, self.folder = number, folder
        cable = f"p{number}"
        with switch:
            ip(f"link add {cable} type veth peer name eth0 netns {self.space.path}")
            ip(f"link set {cable} master br0 up")
        with self.space:
            ip("link add eth1 type veth peer name far")
            for card in ("far", "eth1", "eth0"):
                ip(f"link set {card} up")
            ip(f"address add {OWN[number]}/24 dev eth0")
            ip("address add 10.10.0.1/24 dev eth1")
        self.config = folder / f"{number}.toml"
        self.config.write_text(
            configuration("hunter2-hunter2", address=f'{SHARED}", "{OWN[number]}')
            + f'[pair]\naddress = "{SHARED}"\npeer = "{OWN[1 - number]}"\ncheck_seconds = 1\n'
        )
        self.config.chmod(0o600)
        self.daemon = self.start_daemon()
        self.keepalived = self._start_keepalived()

    def start_daemon(self) -> "Popen[bytes]":
        words = ["--config", str(self.config), "--socket", str(self._socket)]
        with self.space:
            return Popen([PYTHON, "-m", "gateway.daemon", *words], cwd=CHECKOUT, stderr=DEVNULL)

    @property
    def has_it(self) -> bool:
        with self.space:
            return f"inet {SHARED}/32" in run(["ip", "-4", "address", "show", "dev", "eth0"]).stdout

    @property
    def state(self) -> str:
        """What keepalived has entered last."""
        said = [line for line in self._log.read_text().splitlines() if "(pair) Entering " in line]
        return said[-1].split()[-2] if said else ""

    @property
    def said(self) -> str:
        """The end of keepalived's log."""
        return f"box {self.number}:\n{self._log.read_text()[-4000:]}"

    def close(self) -> None:
        for process in (self.keepalived, self.daemon):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        self.space.close()

    @property
    def _socket(self) -> Path:
        return self.folder / f"{self.number}.sock"

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.number}.log"

    def _start_keepalived(self) -> "Popen[bytes]":
        found = load(File(self.config.read_bytes()), lambda name: "no file")
        assert isinstance(found, Config)
        told = self.folder / f"{self.number}.conf"
        told.write_text(keepalived_text(found, "eth0", "eth1"))
        words = ["--dont-fork", "--log-console", "--vrrp", "--use-file", str(told)]
        words += [f"--pid={told}.pid", f"--vrrp_pid={told}.vrrp.pid"]
        environment = {**os.environ, **LIBRARIES}
        with self.space, self._log.open("wb") as log:
            # As its unit has it: on a busy machine three seconds without a word are soon over.
            program = ["nice", "-n", "-30", str(TREE / "usr/sbin/keepalived")]
            return Popen([*program, *words], env=environment, stdout=log, stderr=log)


@pytest.fixture
def boxes() -> Iterator[tuple[Box, Box]]:
    """Their files are in /run, where nobody else may write."""
    need_root()
    switch = Namespace()
    with switch:
        ip("link add br0 type bridge")
        ip("link set br0 up")
    with tempfile.TemporaryDirectory(prefix="postern-pair-", dir="/run") as name:
        made = (Box(0, switch, Path(name)), Box(1, switch, Path(name)))
        yield made
        for box in made:
            box.close()
    switch.close()


def test_the_address_is_with_the_box_that_is_well_and_is_not_taken_back(
    boxes: tuple[Box, Box],
) -> None:
    wait_for(boxes, lambda: boxes[0].has_it != boxes[1].has_it and both_have_said(boxes))
    first, second = sorted(boxes, key=lambda box: not box.has_it)
    first.daemon.kill()
    first.daemon.wait()
    wait_for(boxes, lambda: second.has_it and not first.has_it)
    first.daemon = first.start_daemon()
    wait_for(boxes, lambda: first.state == "BACKUP")
    assert second.has_it, first.said + second.said
    with second.space:
        ip("link set eth0 down")
    wait_for(boxes, lambda: first.has_it)
    with first.space:
        ip("link set far down")  # the cable inside: now nobody is well
    wait_for(boxes, lambda: not first.has_it and first.state == "FAULT")


def both_have_said(boxes: tuple[Box, Box]) -> bool:
    return sorted(box.state for box in boxes) == ["BACKUP", "MASTER"]


def wait_for(boxes: tuple[Box, Box], seen: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end, "".join(box.said for box in boxes)
        time.sleep(0.1)


def ip(line: str) -> None:
    run(["ip", *line.split()])
