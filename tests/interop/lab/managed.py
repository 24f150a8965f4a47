"""Postern as a unit of a service manager that restarts it and keeps its descriptors."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.interop.lab.gateway import CHECKOUT, CONFIG, PYTHON, SOCKET, Gateway
from tests.interop.lab.manager import PID
from tests.interop.lab.world import until

FOLDER = "/run"


class Managed(Gateway):
    """`crash` and `restart` wait until the next process answers, and return the seconds."""

    def start(self) -> None:
        program = [PYTHON, "-m", "gateway.daemon", "--config", CONFIG, "--socket", SOCKET]
        argv = [PYTHON, "-m", "tests.interop.lab.manager", FOLDER, *program]
        self.process: subprocess.Popen[bytes] | None
        self.process = self.node.spawn(argv, "postern", folder=str(CHECKOUT))
        until(self._answers, 30, "the gateway to answer")

    def crash(self) -> float:
        """The daemon is killed as a crash does."""
        return self._renewed(self._daemon(), signal.SIGKILL)

    def restart(self) -> float:
        """As `systemctl restart` does, with RestartKillSignal=SIGUSR1."""
        return self._renewed(self._running().pid, signal.SIGUSR1)

    @contextmanager
    def away(self) -> Iterator[None]:
        """The daemon is killed, and another comes only after this."""
        manager, before = self._running().pid, self._daemon()
        os.kill(manager, signal.SIGSTOP)
        os.kill(before, signal.SIGKILL)
        try:
            yield
        finally:
            os.kill(manager, signal.SIGCONT)
        until(lambda: self._daemon() != before and self._answers(), 30, "another daemon")

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """The daemon is there, and does nothing."""
        daemon = self._daemon()
        os.kill(daemon, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(daemon, signal.SIGCONT)

    def _renewed(self, process: int, number: int) -> float:
        before, began = self._daemon(), time.monotonic()
        os.kill(process, number)
        until(lambda: self._daemon() != before and self._answers(), 30, "another daemon")
        return round(time.monotonic() - began, 2)

    def _daemon(self) -> int:
        return int(self.node.read(f"{FOLDER}/{PID}") or 0)
