"""One netlink socket: what is asked is answered before the call returns (netlink(7))."""

import os
import socket
from collections import deque
from typing import Final

from gateway.wire.netlink import (
    ACK,
    DONE,
    DUMP,
    ERROR,
    REQUEST,
    Message,
    build_message,
    error_number,
    parse_messages,
)

ROUTE, XFRM, NETFILTER = 0, 6, 12  # families
PATIENCE: Final = 5.0  # seconds; the kernel answers at once, unless it has to load a module
LARGEST: Final = 1 << 16  # bytes of one read


class KernelRefused(OSError):
    """The kernel said no; the text says to what."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(number, f"the kernel refuses {what}: {os.strerror(number).lower()}")

    def __str__(self) -> str:
        return str(self.strerror)


class Line:
    """A socket of one family. Not for several threads."""

    def __init__(self, family: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)
        self._socket.bind((0, 0))
        self._socket.settimeout(PATIENCE)
        self._sequence = 0
        self._come: deque[Message] = deque()

    def close(self) -> None:
        self._socket.close()

    def do(self, kind: int, body: bytes, what: str, flags: int = 0) -> None:
        """Have something done; `KernelRefused` names `what` if it is not."""
        sequence = self._send(kind, REQUEST | ACK | flags, body)
        self._wait(sequence, what)

    def transact(self, built: bytes, count: int, what: str) -> None:
        """Send a transaction of `count` steps that was built for `next_number`.

        Its steps have the numbers behind that one; all are done, or none.
        """
        first = self.next_number
        self._sequence = first + count + 1
        self._socket.send(built)
        for sequence in range(first + 1, first + 1 + count):
            # Who fails is answered, and nobody behind it.
            self._wait(sequence, what)

    @property
    def next_number(self) -> int:
        return self._sequence + 1

    def ask(self, kind: int, body: bytes, what: str) -> Message:
        """The one message that answers."""
        return self._wait(self._send(kind, REQUEST, body), what)

    def dump(self, kind: int, body: bytes, what: str) -> list[Message]:
        """All that the kernel has of a kind."""
        sequence = self._send(kind, REQUEST | DUMP, body)
        found: list[Message] = []
        while (message := self._wait(sequence, what)).kind != DONE:
            found.append(message)
        return found

    def _send(self, kind: int, flags: int, body: bytes) -> int:
        self._sequence += 1
        self._come.clear()  # what belongs to a question that was given up
        self._socket.send(build_message(kind, flags, self._sequence, body))
        return self._sequence

    def _wait(self, sequence: int, what: str) -> Message:
        """The next message that has this number."""
        while True:
            while not self._come:
                self._come.extend(parse_messages(self._socket.recv(LARGEST)))
            message = self._come.popleft()
            if message.sequence != sequence:
                continue
            if message.kind == ERROR and (number := error_number(message)):
                raise KernelRefused(number, what)
            return message
