"""The line of a pppd: a terminal of the kernel's, whose one end pppd has and the other the gateway.

pppd makes of a terminal what PPP needs. Of a socket it cannot: then it starts a second process that
makes one, and copies every byte between the two. So who starts pppd makes the terminal, and passes
the gateway's end to it by the socket on which it was asked (unix(7), SCM_RIGHTS).
"""

import errno
import os
import socket
import tty
from struct import Struct
from typing import Final

DESCRIPTOR: Final = Struct("i")
ROOM: Final = socket.CMSG_LEN(DESCRIPTOR.size)  # for one; the kernel closes what is more


class Line:
    """The gateway's end, with those methods of a socket that a connection needs."""

    def __init__(self, descriptor: int) -> None:
        """It is closed with this; nothing here waits."""
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._descriptor

    def send(self, data: bytes | bytearray) -> int:
        """How much of it there was room for: the kernel has some 4 kB."""
        return os.write(self._descriptor, data)

    def recv(self, size: int) -> bytes:
        """What pppd has sent, and nothing once pppd has closed its end (pty(7): EIO)."""
        try:
            return os.read(self._descriptor, size)
        except OSError as error:
            if error.errno == errno.EIO:
                return b""
            raise

    def close(self) -> None:
        """pppd is told that its line was hung up."""
        os.close(self._descriptor)


def make_line() -> tuple[int, int]:
    """Two descriptors, the gateway's end and pppd's. Bytes pass as they are from the first on:
    until pppd has it, a terminal would echo them, and end the program for some."""
    outer, inner = os.openpty()
    tty.setraw(inner)
    return outer, inner


def give(asking: socket.socket, answer: bytes, line: int) -> None:
    """Both at once. OSError if nobody takes them."""
    socket.send_fds(asking, [answer], [line])


def take(asked: socket.socket, size: int) -> tuple[bytes, Line | None]:
    """What came, and the line that came with it."""
    data, came, _, _ = asked.recvmsg(size, ROOM, socket.MSG_CMSG_CLOEXEC)
    for level, kind, held in came:
        if (level, kind, len(held)) == (socket.SOL_SOCKET, socket.SCM_RIGHTS, DESCRIPTOR.size):
            return data, Line(*DESCRIPTOR.unpack(held))
    return data, None
