"""Who asks for a local call, one pppd each; root for that alone.

A connection carries the request, one line, and the answer, one line; if it is "started", the other
end of pppd's terminal comes with it (`line.py`), and the connection is over. Nobody here waits: a
request has a size and a time, and there are only so many. What may be asked is in `pppd_call.py`,
what becomes of it in `pppd_calls.py`.
"""

import os
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.system.control_socket import make_way
from gateway.system.pppd_call import BadRequest, parse_request
from gateway.system.pppd_calls import LOOK, Calls
from gateway.system.run import ToolFailed
from gateway.system.tcp import PPPD as USUAL

LONGEST_REQUEST: Final = 1024  # bytes, the end of the line included
ASKING_WITHIN: Final = 5.0  # seconds
MOST_ASKING: Final = 32


@dataclass(slots=True, eq=False)
class _Asking:
    socket: socket.socket
    due: float
    request: bytes = b""


class Host:
    """Listens at `path`; `group` may ask besides root. `tell` writes a line.

    AlreadyRunning if somebody listens there.
    """

    def __init__(
        self, path: Path, calls: Calls, tell: Callable[[str], None], group: int | None = None
    ) -> None:
        self._path, self._calls, self._tell = path, calls, tell
        self._asking: dict[int, _Asking] = {}
        self._selector = selectors.DefaultSelector()
        self._listener = _listen(path, group)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._lines: set[int] = set()  # of pppds that have not begun
        calls.watch, calls.unwatch = self._watch, self._unwatch

    def register(self, source: int) -> None:
        """Wake up for this descriptor as well."""
        self._selector.register(source, selectors.EVENT_READ)

    def step(self, clock: Callable[[], float]) -> None:
        """Wait for something to do, and do it."""
        wait = self._calls.wait()
        for key, _ in self._selector.select(LOOK if wait is None and self._asking else wait):
            if key.fileobj is self._listener:
                self._accept(clock())
            elif key.fd in self._asking:
                self._hear(self._asking[key.fd])
            else:
                self._unwatch(key.fd)  # once: what has come is not for us
        now = clock()
        for asking in [one for one in self._asking.values() if one.due <= now]:
            self._forget(asking)
        self._calls.look(now)

    def close(self, clock: Callable[[], float]) -> None:
        """Nobody can ask any more, and every call ends."""
        for asking in list(self._asking.values()):
            self._forget(asking)
        self._listener.close()
        self._path.unlink(missing_ok=True)
        self._calls.close(clock)
        self._selector.close()

    def _watch(self, line: int) -> None:
        self._lines.add(line)
        self.register(line)

    def _unwatch(self, line: int) -> None:
        if line in self._lines:
            self._lines.remove(line)
            self._selector.unregister(line)

    def _accept(self, now: float) -> None:
        try:
            line, _ = self._listener.accept()
        except OSError:
            return
        line.setblocking(False)
        if len(self._asking) >= MOST_ASKING:
            self._forget(min(self._asking.values(), key=lambda one: one.due))
        self._asking[line.fileno()] = _Asking(line, now + ASKING_WITHIN)
        self._selector.register(line, selectors.EVENT_READ)

    def _hear(self, asking: _Asking) -> None:
        line, room = asking.socket, LONGEST_REQUEST - len(asking.request)
        try:
            seen = line.recv(room)
        except BlockingIOError:
            return
        except OSError:
            seen = b""
        request, end, _ = (asking.request + seen).partition(b"\n")
        if not end and seen and len(seen) < room:
            asking.request = request
            return
        del self._asking[line.fileno()]
        self._selector.unregister(line)
        with line:
            if end:
                self._answer(line, request)

    def _answer(self, line: socket.socket, request: bytes) -> None:
        try:
            self._calls.begin(line, parse_request(request))
        except (BadRequest, ToolFailed, OSError) as refusal:
            self._tell(f"no pppd was started: {refusal}")
            try:
                line.send(f"{refusal}".splitlines()[0].encode("ascii", "replace")[:400] + b"\n")
            except OSError:
                return  # nobody is there to be told

    def _forget(self, asking: _Asking) -> None:
        del self._asking[asking.socket.fileno()]
        self._selector.unregister(asking.socket)
        asking.socket.close()


def _listen(path: Path, group: int | None) -> socket.socket:
    """A folder of ours is root's, and the group may only pass through it; any other stays as it
    is. The usual one is ours whoever has made it, which systemd may have."""
    ours = path == USUAL or not path.parent.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_way(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    if group is not None:
        if ours:
            os.chown(path.parent, -1, group)
            os.chmod(path.parent, 0o710)
        os.chown(path, -1, group)
        os.chmod(path, 0o660)
    listener.setblocking(False)
    listener.listen(MOST_ASKING)
    return listener
