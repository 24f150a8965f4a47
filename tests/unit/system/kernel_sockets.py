"""Sockets in place of those that only some kernels have; the kernel's end is `other`."""

import os
import socket
from typing import ClassVar


class Channel(socket.socket):
    """A UDP socket of a tunnel, or a PPP channel."""

    made: ClassVar[list["Channel"]] = []  # those still to be closed

    def __init__(self, *_: object) -> None:
        self.made.append(self)
        ours, self.other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        super().__init__(fileno=ours.detach())
        self.setblocking(False)
        self.other.setblocking(False)

    def close(self) -> None:
        self.other.close()
        super().close()


def close_all() -> None:
    """At the end of a test nothing of it is open."""
    while Channel.made:
        Channel.made.pop().close()


def attach(channel: socket.socket) -> int:
    """A descriptor for the frames of a channel."""
    return os.dup(channel.fileno())
