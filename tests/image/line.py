"""A serial line of an emulated box, read all the time.

QEMU sends single bytes, and a Unix socket is full after some hundred of them: a test that looked
elsewhere for a while would stop the box.
"""

import socket
import threading
from contextlib import suppress

KEY_BYTES = 8  # sent at once: an emulated UART has a small buffer


class Line:
    """`close` ends it; it ends by itself when QEMU does."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._come = threading.Condition()
        self._data = bytearray()
        self.ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def take(self, seconds: float) -> bytes:
        """What has come; waits that long for the first of it."""
        with self._come:
            self._come.wait_for(lambda: self._data or self.ended, seconds)
            data = bytes(self._data)
            self._data.clear()
            return data

    def send(self, data: bytes) -> None:
        self._line.sendall(data)

    def close(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        with self._line:
            while data := self._some():
                with self._come:
                    self._data += data
                    self._come.notify_all()
        with self._come:
            self.ended = True
            self._come.notify_all()

    def _some(self) -> bytes:
        try:
            return self._line.recv(65536)
        except OSError:
            return b""
