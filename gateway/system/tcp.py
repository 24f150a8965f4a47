"""TCP connections a core asks for, under the keys it chose. Nothing here waits."""

import errno
import os
import select
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gateway.outputs import CloseTcp, OpenPppd, OpenTcp, SendTcp
from gateway.system.estate import CONNECTION, Keeper, Nobody
from gateway.system.line import Line, take
from gateway.wire.ipv4 import host_text

LIMIT = 64  # connections looked at in one go
ONE_READ = 65536  # bytes
LARGEST_BACKLOG = 262144  # bytes given to send that the peer has not taken
LARGEST_LINE = 32768  # the same towards pppd: what is more would only be late
CONNECT_WITHIN = 10.0  # seconds
CLOSE_WITHIN = 3.0  # seconds for what is still to be sent

READABLE, WRITABLE = select.EPOLLIN, select.EPOLLOUT

NO_ANSWER = f"no answer within {CONNECT_WITHIN:g} s"
REASONS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "no answer",
    errno.ECONNRESET: "connection reset by the server",
    errno.EPIPE: "connection reset by the server",
    errno.EADDRNOTAVAIL: "the source address is not on this machine",
    errno.EMFILE: "the gateway has no descriptor left",
    errno.ENFILE: "this machine has no descriptor left",
    errno.EPERM: "forbidden by a firewall rule on this machine",
}


PPPD = Path("/run/postern-pppd/pppd.sock")
GENERAL = "its socket cannot be reached"
REASONS_PPPD = {
    errno.ENOENT: "`postern pppd` does not run",
    errno.ECONNREFUSED: "`postern pppd` does not run",
    errno.EACCES: "its socket is not for this user",
    errno.EAGAIN: "it has too many calls to answer",
}


class TcpOpened(NamedTuple):
    key: int


class TcpReceived(NamedTuple):
    key: int
    data: bytes


class TcpClosed(NamedTuple):
    """Not asked for by the core: `reason` says why, in words for a person."""

    key: int
    reason: str


TcpEvent = TcpOpened | TcpReceived | TcpClosed


@dataclass(slots=True, eq=False)
class _Connection:
    key: int
    socket: socket.socket | Line
    due: float  # when connecting, or closing, has taken too long
    connected: bool = False
    closing: bool = False
    lossy: bool = False
    backlog: bytearray = field(default_factory=bytearray)
    waited_for: int = READABLE  # as the epoll knows it


class Connections:
    """All connections, behind one descriptor (an epoll) that is readable when any is ready."""

    def __init__(self, keeper: Keeper | None = None, pppd: Path = PPPD) -> None:
        """`keeper` keeps open connections alive should this process die, but for those to pppd,
        which ends with it; `pppd`: where `open_pppd` finds somebody."""
        self._keeper = keeper or Nobody()
        self._pppd = pppd
        self.dropped = 0  # frames towards a pppd that does not take them
        self._epoll = select.epoll()
        self._by_key: dict[int, _Connection] = {}  # those the core knows
        self._by_fd: dict[int, _Connection] = {}  # and those that only have to be emptied
        self._waiting: set[_Connection] = set()  # those with a `due`
        self._failed: list[TcpEvent] = []  # at once, to be told later: see `deadline`

    def fileno(self) -> int:
        return self._epoll.fileno()

    def open(self, request: OpenTcp, now: float) -> None:
        """Begin to connect. How it ends is told by `take` or `handle_timeout`, never from here."""
        if request.key in self._by_key:
            raise ValueError(f"there is a connection {request.key} already")
        try:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            self._failed.append(TcpClosed(request.key, reason_of(error.errno)))
            return
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if request.source is not None:
                sock.bind((host_text(request.source), 0))
            sock.connect((host_text(request.peer.host), request.peer.port))
        except BlockingIOError:
            pass
        except OSError as error:
            sock.close()
            self._failed.append(TcpClosed(request.key, reason_of(error.errno)))
            return
        self._add(_Connection(request.key, sock, now + CONNECT_WITHIN))

    def adopt(self, key: int, descriptor: int) -> None:
        """One that an earlier process has opened; what has come by it meanwhile is told later."""
        sock = socket.socket(fileno=descriptor)
        sock.setblocking(False)
        connection = _Connection(key, sock, 0.0, connected=True)
        self._by_key[key] = self._by_fd[descriptor] = connection
        self._epoll.register(descriptor, READABLE)

    def open_pppd(self, request: OpenPppd, now: float) -> None:
        """The same towards whoever starts pppd here, by a socket that only root makes. With the
        answer comes the line to pppd, which takes the socket's place."""
        if request.key in self._by_key:
            raise ValueError(f"there is a connection {request.key} already")
        try:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError as error:
            self._failed.append(TcpClosed(request.key, reason_of(error.errno)))
            return
        try:
            sock.setblocking(False)
            sock.connect(str(self._pppd))
        except OSError as error:
            sock.close()
            self._failed.append(TcpClosed(request.key, REASONS_PPPD.get(error.errno or 0, GENERAL)))
            return
        self._add(_Connection(request.key, sock, now + CONNECT_WITHIN, lossy=True))

    def _add(self, connection: _Connection) -> None:
        self._by_key[connection.key] = self._by_fd[connection.socket.fileno()] = connection
        self._waiting.add(connection)
        connection.waited_for = READABLE | WRITABLE
        self._epoll.register(connection.socket.fileno(), connection.waited_for)

    def send(self, request: SendTcp) -> None:
        """Send in order; for a connection that is gone this does nothing."""
        connection = self._by_key.get(request.key)
        if connection is None:
            return
        if connection.lossy and len(connection.backlog) > LARGEST_LINE:
            self.dropped += 1
            return
        connection.backlog += request.data
        if connection.connected:
            self._flush(connection)
        if len(connection.backlog) > LARGEST_BACKLOG:
            self._end(connection)
            self._failed.append(TcpClosed(connection.key, "the server takes nothing any more"))

    def close(self, request: CloseTcp, now: float) -> None:
        """Close, after what was given to `send` has left or `CLOSE_WITHIN` has gone by."""
        connection = self._by_key.pop(request.key, None)
        if connection is None:
            return
        connection.closing = True
        connection.due = now + CLOSE_WITHIN
        self._waiting.add(connection)
        if not connection.connected or not connection.backlog:
            self._end(connection)

    def idle(self) -> bool:
        """Whether everything given to `send` has left."""
        return not any(connection.backlog for connection in self._by_fd.values())

    def take(self, limit: int = LIMIT) -> list[TcpEvent]:
        """What has happened on at most `limit` connections, at most one read of each."""
        events: list[TcpEvent] = []
        for fd, _ in self._epoll.poll(0, limit):
            connection = self._by_fd[fd]
            try:
                self._look(connection, events)
            except BlockingIOError:
                continue
            except OSError as error:
                self._fail(connection, reason_of(error.errno), events)
        return events

    def deadline(self) -> float | None:
        if self._failed:
            return 0.0
        return min((connection.due for connection in self._waiting), default=None)

    def handle_timeout(self, now: float) -> list[TcpEvent]:
        events, self._failed = self._failed, []
        for connection in list(self._waiting):
            if connection.due <= now:
                self._fail(connection, NO_ANSWER, events)
        return events

    def close_all(self) -> None:
        for connection in list(self._by_fd.values()):
            self._end(connection)
        self._epoll.close()

    def _look(self, connection: _Connection, events: list[TcpEvent]) -> None:
        sock = connection.socket
        if not connection.connected and isinstance(sock, socket.socket):
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, os.strerror(error))
            connection.connected = True
            if not connection.lossy:
                self._keeper.keep(f"{CONNECTION}{connection.key}", sock.fileno())
            self._waiting.discard(connection)
            events.append(TcpOpened(connection.key))
        self._flush(connection)
        if connection.closing and not connection.backlog:
            self._end(connection)
            return
        data = self._read(connection)
        if not data:
            self._fail(connection, "the server closed the connection", events)
        elif not connection.closing:
            events.append(TcpReceived(connection.key, data))

    def _read(self, connection: _Connection) -> bytes:
        """What has come; BlockingIOError if nothing has."""
        sock = connection.socket
        if not connection.lossy or isinstance(sock, Line):
            return sock.recv(ONE_READ)
        data, line = take(sock, ONE_READ)
        if line is not None:
            self._epoll.unregister(sock.fileno())
            del self._by_fd[sock.fileno()]
            sock.close()
            connection.socket = line
            self._by_fd[line.fileno()] = connection
            self._epoll.register(line.fileno(), connection.waited_for)
        return data

    def _flush(self, connection: _Connection) -> None:
        try:
            while connection.backlog:
                del connection.backlog[: connection.socket.send(connection.backlog)]
        except OSError:
            pass  # full for now; or broken, which the next `recv` says with its reason
        wanted = READABLE | WRITABLE if connection.backlog else READABLE
        if wanted != connection.waited_for:
            self._epoll.modify(connection.socket.fileno(), wanted)
            connection.waited_for = wanted

    def _fail(self, connection: _Connection, reason: str, events: list[TcpEvent]) -> None:
        self._end(connection)
        if not connection.closing:
            events.append(TcpClosed(connection.key, reason))

    def _end(self, connection: _Connection) -> None:
        if self._by_key.get(connection.key) is connection:
            del self._by_key[connection.key]
        self._waiting.discard(connection)
        del self._by_fd[connection.socket.fileno()]
        if connection.connected and not connection.lossy:
            self._keeper.drop(f"{CONNECTION}{connection.key}")
        self._epoll.unregister(connection.socket.fileno())
        if isinstance(connection.socket, socket.socket):
            with suppress(OSError):
                # A keeper's copy would hold it open.
                connection.socket.shutdown(socket.SHUT_RDWR)
        connection.socket.close()


def reason_of(number: int | None) -> str:
    """The error in words for a person."""
    return REASONS.get(number or 0) or os.strerror(number or 0).lower()
