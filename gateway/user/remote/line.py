"""A line to one box: commands and files, each with an end.

What is not done by then is broken off, for a channel of paramiko's may wait for ever in a dozen
places.
"""

import select
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.user.remote.boxes import Where
from gateway.user.remote.connection import NONSENSE, connect, plain, told_of
from gateway.user.remote.host_key import keys_in
from gateway.user.remote.outcomes import RefusedThere, Unreachable, not_claimed
from gateway.user.remote.words import ANSWER, Said, spoken

if TYPE_CHECKING:
    from fabric import Connection

MOST: Final = 16 << 20  # bytes of what a command writes
LARGEST: Final = 64 << 20  # bytes of a file that is fetched
_PIECE: Final = 1 << 15  # bytes


class Line:
    """One box, logged in to. What breaks or takes too long is `Unreachable`."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def run(self, words: Sequence[str], feed: bytes = b"", patience: float = ANSWER) -> Said:
        """A command there, these very words, to its end."""
        command = spoken(words)
        with self._within(patience):
            channel = self._connection.transport.open_session()
            try:
                channel.exec_command(command)
                with suppress(OSError):  # it has ended, and did not read all: its status tells
                    channel.sendall(feed)
                channel.shutdown_write()
                out, err = _heard(channel)
                channel.status_event.wait()
                status = channel.exit_status
            finally:
                channel.close()
            if status < 0:
                raise EOFError("no word how the command ended")
        return Said(status, out.decode(errors="replace"), err.decode(errors="replace"))

    def fetch(self, path: str, patience: float) -> bytes:
        """A file of the box's."""
        with self._within(patience), self._files() as files, files.open(path, "rb") as file:
            data = bytearray()
            while piece := file.read(_PIECE):
                data += piece
                if len(data) > LARGEST:
                    raise RefusedThere(f"{path} there does not end", "Look at it on the box")
        return bytes(data)

    def bring(self, file: Path, path: str, patience: float) -> None:
        """A file of ours to the box; readable for its own group."""
        with self._within(patience), self._files() as files:
            files.put(str(file), path, confirm=True)
            files.chmod(path, 0o640)

    def remove(self, path: str) -> None:
        with self._within(ANSWER), self._files() as files:
            files.remove(path)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _files(self) -> Iterator[Any]:
        from paramiko import SFTPClient

        files = SFTPClient.from_transport(self._connection.transport)
        try:
            yield files
        except OSError as error:
            if not self._connection.transport.is_active():
                raise
            what = f"it does not let you: {plain(error)}"
            raise RefusedThere(what, "An administrator of the box may") from None
        finally:
            files.close()

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Break the connection off if this is not over by then."""
        from paramiko.ssh_exception import SSHException

        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._connection.transport.close()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (SSHException, *NONSENSE) as error:
            what = f"it has not answered within {seconds:g} s"
            if not late.is_set():
                what = f"the connection ended in the middle: {plain(error)}"
            raise Unreachable(
                what, "Look at its console, and whether the network is well"
            ) from None
        finally:
            timer.cancel()


def open_line(where: Where, known: str) -> Line:
    """`known` is the text of the owner's file of claimed keys."""

    def its_keys(name: str) -> str:
        found = keys_in(known, name)
        if not found:
            raise not_claimed(where.name)
        return "".join(f"{name} {kind} {key}\n" for kind, key in found)

    with told_of():
        return Line(connect(where.address, its_keys, where.user or None, where.port, where.key))


def _heard(channel: Any) -> tuple[bytearray, bytearray]:
    """Both streams until their end. Looked at in this order, nothing can come in between."""
    out, err = bytearray(), bytearray()
    while True:
        over = channel.closed or channel.eof_received
        if channel.recv_ready():
            out += channel.recv(_PIECE)
        elif channel.recv_stderr_ready():
            err += channel.recv_stderr(_PIECE)
        elif over:
            return out, err
        else:
            select.select([channel], [], [])
        if len(out) + len(err) > MOST:
            raise RefusedThere("its answer does not end", "Ask for less, or look on the box")
