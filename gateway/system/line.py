"""The line of a pppd: a terminal of the kernel's, whose one end pppd has and the other the gateway.

pppd makes of a terminal what PPP needs. Of a socket it cannot: then it starts a second process that
makes one, and copies every byte between the two. So who starts pppd makes the terminal, and passes
the gateway's end to it by the socket on which it was asked (unix(7), SCM_RIGHTS).
"""

import errno
import fcntl
import os
import socket
import tty
from struct import Struct
from typing import Final

DESCRIPTOR: Final = Struct("i")
UNIT, CHANNEL = 0x80047456, 0x80047437  # PPPIOCGUNIT, PPPIOCGCHAN of linux/ppp-ioctl.h
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


def interface_of(inner: int) -> tuple[int, int] | None:
    """The numbers of the PPP interface whose pppd has this end, and of the channel that it has made
    of the line; None while it has none. To be asked by who had it before: pppd lets nobody else
    open it."""
    try:
        found = number_of(inner, UNIT), number_of(inner, CHANNEL)
    except OSError:
        return None  # it is a terminal like any other
    return None if found[0] < 0 else found


def number_of(descriptor: int, what: int) -> int:
    """A number that the kernel is asked for. OSError if it has none."""
    found = bytearray(DESCRIPTOR.size)
    fcntl.ioctl(descriptor, what, found, True)
    return int(DESCRIPTOR.unpack(found)[0])


def give(asking: socket.socket, answer: bytes, line: int) -> None:
    """Both at once; -1 is no line. OSError if nobody takes them."""
    socket.send_fds(asking, [answer], [] if line < 0 else [line])


def take(asked: socket.socket, size: int) -> tuple[bytes, Line | None]:
    """What came, and the line that came with it."""
    data, came, _, _ = asked.recvmsg(size, ROOM, socket.MSG_CMSG_CLOEXEC)
    for level, kind, held in came:
        if (level, kind, len(held)) == (socket.SOL_SOCKET, socket.SCM_RIGHTS, DESCRIPTOR.size):
            return data, Line(*DESCRIPTOR.unpack(held))
    return data, None
