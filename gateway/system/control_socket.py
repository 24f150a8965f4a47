"""The socket of the `postern` command: one line of JSON in, one line of JSON out, then it closes.

Who may ask is decided by the file's mode: only the owner of the daemon, or root, unless a group is
let in besides. Nobody who asks can hold up the loop: nothing here waits, and everything has a size
and a time limit. What takes long is answered `Later`; what goes on for a while is a `Flow`.
"""

import fcntl
import grp
import json
import os
import select
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple, Protocol

DEFAULT_PATH = Path("/run/postern/control.sock")
LARGEST_REQUEST = 2 << 20  # bytes, the end of the line included: a configuration of any size
ONE_READ = 65536  # bytes
ASKERS = "postern-ask"  # a box's administrators, as far as they may ask the gateway
LARGEST_ANSWER = 16 << 20  # bytes, which is what the asking end takes
MOST_CLIENTS = 16
PATIENCE = 5.0  # seconds a client has to ask and to read
LOOK = 0.1  # seconds between two looks whether a later answer is there
_CREDENTIALS: Final = Struct("iII")  # struct ucred (unix(7))


class Peer(NamedTuple):
    """The process that asks, as the kernel knows it (SO_PEERCRED)."""

    pid: int
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is being worked out elsewhere: `ready` gives it, or None as yet.

    It must come to an answer by itself; nobody here gives up on it.
    """

    ready: Callable[[], dict[str, Any] | None]


class Source(Protocol):
    """What a `Flow` sends: bounded by itself, for nobody here keeps more than one piece."""

    @property
    def over(self) -> bool: ...  # nothing waits, and nothing comes any more
    def take(self) -> bytes: ...  # what is to be sent next; nothing if nothing waits


@dataclass(frozen=True, slots=True)
class Flow:
    """An answer and then bytes, as they come. `close` is called once, when the asker is gone or
    has everything."""

    answer: dict[str, Any]
    source: Source
    close: Callable[[], None]


Answered = dict[str, Any] | Later | Flow
Handler = Callable[[dict[str, Any]], Answered]


class AlreadyRunning(Exception):
    """Somebody answers on this socket."""


@dataclass(slots=True, eq=False)
class _Client:
    socket: socket.socket
    due: float
    request: bytearray = field(default_factory=bytearray)
    answer: bytearray = field(default_factory=bytearray)
    later: Later | None = None
    flow: Flow | None = None


class ControlSocket:
    """Listens at `path`, which it makes and takes away. All behind one descriptor (an epoll).

    `group` may ask too, if one is given; `peer` is whoever is being answered at the moment.
    """

    def __init__(self, path: Path, handler: Handler, group: int | None = None) -> None:
        self.peer: Peer | None = None
        self._path = path
        self._handler = handler
        self._clients: dict[int, _Client] = {}
        self._asking: _Client | None = None  # whose answer is being found
        self._turns = 0  # of `serve_until`
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(path)
        try:
            make_way(path)
            self._listener = _listen(path, group)
        except BaseException:
            os.close(self._lock)
            raise
        self._epoll = select.epoll()
        self._epoll.register(self._listener, select.EPOLLIN)

    def fileno(self) -> int:
        return self._epoll.fileno()

    def serve(self, now: float) -> None:
        """Go on with every client that is ready. An error in the handler closes its client."""
        turns = self._turns
        for fd, _ in self._epoll.poll(0):
            if self._turns != turns:  # they were served meanwhile: what was ready may be so no more
                return
            if fd == self._listener.fileno():
                self._accept(now)
            elif fd in self._clients:  # or it had to make way for another just now
                self._go_on(self._clients[fd], now)

    def deadline(self) -> float | None:
        return min((client.due for client in self._clients.values()), default=None)

    def handle_timeout(self, now: float) -> None:
        for client in list(self._clients.values()):
            if client.due > now:
                continue
            if client.later is not None:
                self._look(client, client.later, now)
            elif client.flow is not None and not client.answer:
                self._flow(client, client.flow, now)
            else:
                self._end(client)

    def linger(self, wanted: Callable[[], bool], until: float, clock: Callable[[], float]) -> None:
        """Go on as long as somebody has to be told something, but not for ever."""
        while wanted() and clock() < until:
            if select.select([self], [], [], max(0.0, until - clock()))[0]:
                self.serve(clock())

    def serve_until(self, done: int, clock: Callable[[], float]) -> None:
        """Go on until that descriptor is to be read: for a handler that has to wait for something.

        Whoever is being answered by it stands apart: is not read, nor given up meanwhile. The
        handler is called for others, and must know that it is in the middle of something.
        """
        apart, peer = self._asking, self.peer
        self._turns += 1
        if apart is not None:
            del self._clients[apart.socket.fileno()]
            self._epoll.unregister(apart.socket)
        try:
            while done not in self._ready(done, clock):
                self.serve(clock())
                self.handle_timeout(clock())
        finally:
            if apart is not None:
                self._clients[apart.socket.fileno()] = apart
                self._epoll.register(apart.socket, select.EPOLLIN)
            self._asking, self.peer = apart, peer

    def _ready(self, done: int, clock: Callable[[], float]) -> list[Any]:
        due = self.deadline()
        patience = None if due is None else max(0.0, due - clock())
        both: list[Any] = [self, done]
        return select.select(both, [], [], patience)[0]

    def close(self) -> None:
        for client in list(self._clients.values()):
            self._end(client)
        self._path.unlink(missing_ok=True)
        self._listener.close()
        self._epoll.close()
        os.close(self._lock)

    def _accept(self, now: float) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # gone again, or no descriptor left: the next turn tries anew
        sock.setblocking(False)
        if len(self._clients) >= MOST_CLIENTS:
            self._end(min(self._clients.values(), key=lambda client: client.due))
        self._clients[sock.fileno()] = _Client(sock, now + PATIENCE)
        self._epoll.register(sock, select.EPOLLIN)

    def _look(self, client: _Client, later: Later, now: float) -> None:
        """Whether what was promised is there by now."""
        found = later.ready()
        client.due = now + (LOOK if found is None else PATIENCE)
        if found is not None:
            client.later = None
            client.answer += _bounded(found)
            self._epoll.modify(client.socket, select.EPOLLOUT)

    def _flow(self, client: _Client, flow: Flow, now: float) -> None:
        """What has come meanwhile; whoever does not take it in time is given up."""
        piece = flow.source.take()
        client.answer += piece
        client.due = now + (PATIENCE if piece else LOOK)
        if not piece and flow.source.over:
            self._end(client)
        elif piece:
            self._epoll.modify(client.socket, select.EPOLLOUT)

    def _go_on(self, client: _Client, now: float) -> None:
        try:
            if not client.answer and not self._read(client, now):
                return
            del client.answer[: client.socket.send(client.answer)]
        except BlockingIOError:
            return
        except OSError:
            self._end(client)
            return
        if client.answer:
            return
        if client.flow is None:
            self._end(client)
        else:
            client.due = now  # there may be more
            self._epoll.modify(client.socket, select.EPOLLIN)

    def _read(self, client: _Client, now: float) -> bool:
        """Whether there now is an answer to write."""
        if client.later is not None or client.flow is not None:  # hung up: nothing else wakes us
            self._end(client)
            return False
        data = client.socket.recv(ONE_READ)
        client.request += data
        line, end, _ = client.request.partition(b"\n")
        if len(line) >= LARGEST_REQUEST:
            client.answer += _error(f"a request is at most {LARGEST_REQUEST} bytes")
        elif end:
            client.answer += self._ask(client, bytes(line), now)
        elif not data:
            self._end(client)
            return False
        if client.answer or client.later:
            self._epoll.modify(client.socket, select.EPOLLOUT if client.answer else 0)
        return bool(client.answer)

    def _ask(self, client: _Client, line: bytes, now: float) -> bytes:
        """The answer as bytes; none yet if it comes later."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
            request = None
        if not isinstance(request, dict):
            return _error("a request is one JSON object on one line")
        answered = False
        try:
            self.peer, self._asking = _peer(client.socket), client
            found = self._handler(request)
            answer = b"" if isinstance(found, Later) else _bounded(_first(found))
            answered = True
        finally:
            self.peer = self._asking = None
            if not answered:
                self._end(client)
        if isinstance(found, Later):
            client.later, client.due = found, now + LOOK
        elif isinstance(found, Flow):
            client.flow = found
        return answer

    def _end(self, client: _Client) -> None:
        flow, client.flow = client.flow, None
        if flow is not None:
            flow.close()
        del self._clients[client.socket.fileno()]
        client.socket.close()  # which also takes it out of the epoll


def _peer(connection: socket.socket) -> Peer:
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Peer(*_CREDENTIALS.unpack(found))


def _first(found: dict[str, Any] | Flow) -> dict[str, Any]:
    return found.answer if isinstance(found, Flow) else found


def _bounded(message: dict[str, Any]) -> bytes:
    answer = _line(message)
    if len(answer) > LARGEST_ANSWER:
        return _error(f"the answer is larger than {LARGEST_ANSWER} bytes")
    return answer


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _error(what: str) -> bytes:
    """As every refusal looks: see `bridge/answers.py`."""
    return _line({"ok": False, "error": what, "hint": "Compare the versions: `postern version`"})


def askers() -> int | None:
    """The group that may ask; None where there is none, on a machine that is no box."""
    try:
        return grp.getgrnam(ASKERS).gr_gid
    except KeyError:
        return None


def _lock(path: Path) -> int:
    """Hold the lock file beside the socket. It stays: to remove it would let two daemons in."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise AlreadyRunning(f"a daemon is already running: it holds {path}.lock") from None
    return lock


def make_way(path: Path) -> None:
    """Make way for our socket; raise if there is something else, or somebody answers."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(f"{path} is there and is no socket: remove it or choose another")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(str(path))
        except BlockingIOError:
            pass  # its backlog is full, so somebody listens
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise AlreadyRunning(f"a daemon is already running: it answers on {path}")


def _listen(path: Path, group: int | None) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)
        os.fchmod(listener.fileno(), 0o600)  # before there is a file that others could open
        listener.bind(str(path))
        if group is not None:
            os.chown(path, -1, group)
            path.chmod(0o660)
        listener.listen(MOST_CLIENTS)
    except BaseException:
        listener.close()
        raise
    return listener
