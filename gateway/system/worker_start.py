"""Beginning workers at the daemon's start, and the process of each.

Whatever is missing is a reason in words, and the daemon carries everything itself then.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from site import getsitepackages
from typing import Final

import gateway
from gateway.control.config import Config
from gateway.system.begun import Begun
from gateway.system.kept import Kept
from gateway.system.queues import Queues
from gateway.system.wanted import ESP_QUEUES
from gateway.system.worker_line import LINE, WORDS
from gateway.system.workers import Workers
from gateway.wire.ipv4 import host_text

MOST_BY_ITSELF: Final = 4  # workers that "auto" means at most
KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "PYTHONDONTWRITEBYTECODE")
KERNEL: Final = "the kernel carries, and no worker beside it"
NOT_BY_SPI: Final = "no worker is begun, for the rules of this machine cannot tell SPIs apart"
NOTHING_KEPT: Final = "no worker is begun, for nobody keeps what it counts"


def how_many(wanted: str, cores: int) -> int:
    """`limits.workers` on a machine of so many cores: one of these is the daemon's."""
    return min(cores - 1, MOST_BY_ITSELF) if wanted == "auto" else int(wanted)


def begin(
    config: Config,
    begun: Begun,
    kept: Kept | None,
    queues: Queues | None,
    clock: Callable[[], float],
) -> tuple[Begun, str]:
    """Workers, if the owner wants them and the kernel does not carry; or why there are none.

    `queues` are the daemon's, of which they get their own; None if ESP does not come by its SPI.
    """
    count = how_many(config.limits.workers, len(os.sched_getaffinity(0)))
    if not count:
        return begun, ""
    if begun.paths is not None:
        return begun, KERNEL
    if kept is None:
        return begun, NOTHING_KEPT
    if queues is None:
        return begun, NOT_BY_SPI
    queues.leave_to_workers(count)
    address = config.inside.address
    start = partial(_start, kept.words_file, [] if address is None else [host_text(address)])
    try:
        workers = Workers(count, kept.words, start, clock, address)
    except OSError as error:
        return begun, f"no worker can be begun: {error}"
    return Begun(workers.abilities, workers, left=begun.left), ""


def _start(words: int, address: list[str], number: int, line: socket.socket) -> "Process":
    return Process(number, line, words, address)


class Process:
    """A worker of ours, by its process id."""

    def __init__(self, number: int, line: socket.socket, words: int, address: list[str]) -> None:
        # Out of the way of the numbers that it has there.
        sources = [os.dup(line.fileno()), os.dup(words)]
        actions = [
            (os.POSIX_SPAWN_DUP2, source, target)
            for source, target in zip(sources, (LINE, WORDS), strict=True)
        ]
        root = str(Path(gateway.__file__).parents[1])
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        if root not in getsitepackages():
            environment["PYTHONPATH"] = root
        numbers = (number, ESP_QUEUES[number], os.getpid())
        command = [sys.executable, "-P", "-m", "gateway.worker", *map(str, numbers), *address]
        self._pid = os.posix_spawn(
            sys.executable,
            command,
            environment,
            file_actions=actions,
            setsigmask=(),
        )
        for source in sources:
            os.close(source)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
