"""What systemd does for Postern's unit, as far as a restart needs it: sd_notify(3) and its store.

    python -m tests.interop.lab.manager FOLDER PROGRAM [ARGUMENT ...]

Its socket and the program's id are in the folder. It starts the program, keeps the descriptors that
it sends by FDSTORE=1, and starts it again when it was killed, with what is in the store
(sd_listen_fds(3)). SIGUSR1 is `systemctl restart` of a unit with RestartKillSignal=SIGUSR1, SIGTERM
is `systemctl stop`.
"""

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from typing import NoReturn

NOTIFY, PID = "postern-notify", "postern.pid"
FIRST = 3  # SD_LISTEN_FDS_START
LONGEST = 4096  # bytes of a message
MOST = 64  # descriptors in one
HIGH = 512  # where there is room for copies of all


class Store:
    """Descriptors by name; a name may stand for several, as with systemd."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, int]] = []

    def hear(self, message: str, descriptors: list[int]) -> None:
        said = dict(line.split("=", 1) for line in message.splitlines() if "=" in line)
        name = said.get("FDNAME", "stored")
        if said.get("FDSTOREREMOVE") == "1":
            for gone in [each for each in self.kept if each[0] == name]:
                self.kept.remove(gone)
                os.close(gone[1])
        if said.get("FDSTORE") == "1":
            self.kept += [(name, descriptor) for descriptor in descriptors]
            return
        for descriptor in descriptors:
            os.close(descriptor)


def start(folder: Path, argv: list[str], store: Store) -> int:
    """The id of the new process."""
    child = os.fork()
    if not child:
        become(folder, argv, store)
    fresh = folder / f"{PID}.new"
    fresh.write_text(str(child))
    fresh.rename(folder / PID)  # nobody reads half of it
    return child


def become(folder: Path, argv: list[str], store: Store) -> NoReturn:
    """The program itself, with what is in the store from FIRST on."""
    # Copies that no place of the list falls on.
    high = [fcntl(descriptor, F_DUPFD, HIGH) for _, descriptor in store.kept]
    for place, descriptor in enumerate(high):
        os.dup2(descriptor, FIRST + place)  # which is inheritable then
    os.closerange(FIRST + len(high), max([*high, HIGH]) + 1)
    environment = dict(os.environ, NOTIFY_SOCKET=str(folder / NOTIFY), FDSTORE="4096")
    if store.kept:
        names = ":".join(name for name, _ in store.kept)
        environment |= {"LISTEN_FDS": str(len(high)), "LISTEN_FDNAMES": names}
        environment["LISTEN_PID"] = str(os.getpid())
    os.execve(argv[0], argv, environment)


def main(folder: Path, argv: list[str]) -> None:
    with suppress(FileNotFoundError):
        os.unlink(folder / NOTIFY)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(folder / NOTIFY))
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    store = Store()
    child = start(folder, argv, store)
    stopping = False
    while True:
        ready = select.select([listening.fileno(), reading], [], [])[0]
        while select.select([listening], [], [], 0)[0]:  # all that was said before it ended
            message, descriptors, _, _ = socket.recv_fds(listening, LONGEST, MOST)
            store.hear(message.decode(), list(descriptors))
        if reading not in ready:
            continue
        for told in os.read(reading, 512):
            if told in (signal.SIGUSR1, signal.SIGTERM):
                stopping = stopping or told == signal.SIGTERM
                os.kill(child, told)
        ended, _ = os.waitpid(child, os.WNOHANG)
        if ended and stopping:
            return
        if ended:
            child = start(folder, argv, store)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
