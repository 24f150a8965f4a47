"""The line between the daemon and one worker: a pair of sockets that nobody else has a name for.

What the other end does not take at once waits here, in order. Neither end waits for the other: who
leaves too much lying is given up.
"""

import select
import socket
from collections import deque
from typing import Final

LINE, WORDS = 3, 4  # descriptors of a worker: its end, and the words
LIMIT: Final = 64  # messages at a time
LONGEST: Final = 1 << 16  # bytes of a message
BUFFER: Final = 1 << 20  # bytes under way
MOST: Final = 1 << 14  # messages that may wait
_SO_SNDBUFFORCE: Final = 32  # asm-generic/socket.h


class Lost(Exception):
    """The other end is gone, or takes nothing."""


class Line:
    """One end. `full` is true while something waits: then ask for `flush` when there is room."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        try:
            end.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, BUFFER)
        except OSError:  # without CAP_NET_ADMIN: as much as the system allows everyone
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._end = end
        self._waiting: deque[bytes] = deque()

    @property
    def full(self) -> bool:
        return bool(self._waiting)

    def events(self) -> int:
        """What an epoll is to look for."""
        return select.EPOLLIN | (select.EPOLLOUT if self._waiting else 0)

    def fileno(self) -> int:
        return self._end.fileno()

    def send(self, message: bytes) -> None:
        if not self._waiting and self._sent(message):
            return
        if len(self._waiting) >= MOST:
            raise Lost("it takes no more messages")
        self._waiting.append(message)

    def flush(self) -> None:
        while self._waiting and self._sent(self._waiting[0]):
            self._waiting.popleft()

    def take(self, limit: int = LIMIT) -> list[bytes]:
        """What has come, without waiting; `Lost` once there will be nothing more."""
        found: list[bytes] = []
        while len(found) < limit:
            try:
                message = self._end.recv(LONGEST)
            except BlockingIOError:
                return found
            except ConnectionResetError:
                continue  # it has not heard everything; what it said is behind this
            except OSError as error:
                raise Lost(str(error)) from error
            if not message:
                break
            found.append(message)
        if not found:
            raise Lost("it has ended")
        return found

    def close(self) -> None:
        self._end.close()

    def _sent(self, message: bytes) -> bool:
        try:
            self._end.send(message)
        except BlockingIOError:
            return False
        except OSError as error:
            raise Lost(str(error)) from error
        return True


def adopt_line(descriptor: int) -> socket.socket:
    """The end that this process was begun with."""
    return socket.socket(fileno=descriptor)


def line_pair() -> tuple[socket.socket, socket.socket]:
    """Both ends; neither is inherited by chance."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
