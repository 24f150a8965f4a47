"""Keeps descriptors open while the daemon is dead, so that what the kernel carries goes on.

Under systemd its descriptor store does that (`service.py`). Elsewhere a process of our own does:
it is begun at the start, holds copies, gives them to whoever comes to its socket, and ends when it
is told to or nobody has come for `PATIENCE` seconds. It is on the same terms as the daemon: whoever
may connect to its socket owns it anyway. It runs this file and nothing else, for a mere fork would
keep the daemon's memory as it was then, keys and all.
"""

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 120.0  # seconds without a daemon after which everything is closed
PROMPTLY: Final = 10.0  # seconds for an answer, of a process that may have just been begun
MOST: Final = 16384  # descriptors
LONGEST_NAME: Final = 200  # bytes
KEEP, DROP, END = b"+", b"-", b"."


class KeeperLost(OSError):
    """There is no process that keeps descriptors."""


class Process:
    """The daemon's end. What it found of a predecessor is in `found`, by name."""

    def __init__(self, place: Path) -> None:
        """Connect to the process at `place`, or begin one; `KeeperLost` if neither can be."""
        self.found: dict[str, int] = {}
        line = _connect(place)
        if line is None:
            try:
                _begin(place)
            except OSError as error:
                what = f"no process that keeps descriptors can be begun: {error}"
                raise KeeperLost(what) from error
            line = _connect(place)
        if line is None:
            raise KeeperLost(f"nothing keeps descriptors at {place}")
        line.settimeout(PROMPTLY)
        self._line = line
        try:
            self._receive_all()
        except OSError as error:
            raise KeeperLost(f"what keeps descriptors at {place} does not answer") from error

    def keep(self, name: str, descriptor: int) -> None:
        self._say(KEEP + name.encode(), descriptor)

    def drop(self, name: str) -> None:
        self._say(DROP + name.encode())

    def end(self) -> None:
        """An orderly stop: nothing is to outlive us."""
        self._say(END)
        self._line.close()

    def _say(self, message: bytes, *descriptors: int) -> None:
        """A keeper that has died keeps nothing, which is no reason to carry nothing."""
        with suppress(OSError):
            socket.send_fds(self._line, [message], list(descriptors))

    def _receive_all(self) -> None:
        """It sends what it has, then an empty name."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._line, LONGEST_NAME, 1)
            if not message[1:]:
                return
            self.found[message[1:].decode()] = descriptors[0]


class Store:
    """What the process has, and the answer to each message: without a socket of its own."""

    def __init__(self) -> None:
        self.kept: dict[bytes, int] = {}

    def take(self, message: bytes, descriptors: list[int]) -> bool:
        """Do as the message says; False if that is to end."""
        what, name = message[:1], message[1:]
        if what == KEEP and descriptors and name and len(self.kept) < MOST:
            self._drop(name)
            self.kept[name] = descriptors.pop(0)
        elif what == DROP:
            self._drop(name)
        for each in descriptors:
            os.close(each)
        return what != END

    def clear(self) -> None:
        for name in list(self.kept):
            self._drop(name)

    def _drop(self, name: bytes) -> None:
        descriptor = self.kept.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)


def _connect(place: Path) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        line.connect(str(place))
    except OSError:
        line.close()
        return None
    return line


def _begin(place: Path) -> None:
    """Twice forked, so that it is nobody's child and outlives us. Who connects before it has
    started waits."""
    with suppress(FileNotFoundError):
        place.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mask = os.umask(0o177)
    try:
        listening.bind(str(place))
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(mask)
    listening.listen(1)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        listening.close()
        return
    with suppress(OSError):
        if os.fork() == 0:
            os.setsid()
            listening.set_inheritable(True)
            words = ("-I", "-S", __file__, str(listening.fileno()), str(place))
            os.execv(sys.executable, (sys.executable, *words))
    os._exit(0)


def _main(descriptor: int, place: Path) -> None:
    """The process: `descriptor` is the socket that listens at `place`."""
    with suppress(OSError):
        _serve(socket.socket(fileno=descriptor))
    with suppress(OSError):
        place.unlink()
    os._exit(0)  # what Python would still write goes nowhere: 0 to 2 may be anything by now


def _serve(listening: socket.socket) -> None:
    """The whole life of the process."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _close_all_but(listening.fileno())
    store = Store()
    while True:
        ready, _, _ = select.select([listening], [], [], PATIENCE)
        if not ready:
            return
        line, _ = listening.accept()
        with line:
            if not _attend(line, store):
                return


def _attend(line: socket.socket, store: Store) -> bool:
    """Serve one daemon until it is gone (True) or has told us to end."""
    for name, descriptor in store.kept.items():
        socket.send_fds(line, [KEEP + name], [descriptor])
    line.send(KEEP)
    return all(store.take(message, descriptors) for message, descriptors in _messages(line))


def _messages(line: socket.socket) -> Iterator[tuple[bytes, list[int]]]:
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(line, 1 + LONGEST_NAME, 4)
        except ConnectionResetError:
            return
        if not message:
            return
        yield message, list(descriptors)


def _close_all_but(stays: int) -> None:
    """Nothing of the daemon's is held by accident: its sockets, its queue, its journal."""
    os.closerange(0, stays)
    os.closerange(stays + 1, os.sysconf("SC_OPEN_MAX"))


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]))
