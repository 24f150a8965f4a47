"""The only chance: bytes nobody can guess, from the kernel, fetched in bulk.

Asking the kernel for 16 bytes costs about 0.6 us, and ESP wants an IV for every packet.
"""

import os

BULK = 4096  # bytes fetched at a time


class Chance:
    """Calling it gives `count` bytes; no byte is given twice, nor in both halves of a fork."""

    __slots__ = ("__weakref__", "_left", "_pool")

    def __init__(self) -> None:
        self._pool = b""
        self._left = 0
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self, count: int) -> bytes:
        if count > self._left:
            if count > BULK:
                return os.urandom(count)
            self._pool = os.urandom(BULK)
            self._left = BULK
        start = BULK - self._left
        self._left -= count
        return self._pool[start : start + count]

    def _forget(self) -> None:
        self._pool, self._left = b"", 0
