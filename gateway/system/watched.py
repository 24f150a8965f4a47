"""Descriptors that something may come by, behind one; those a successor of ours should find, and
those that an earlier process has left.
"""

import select
from collections.abc import Callable
from typing import Final

from gateway.paths import PathEvent
from gateway.system.estate import Keeper

LIMIT: Final = 64  # descriptors looked at in one go

Read = Callable[[], list[PathEvent]]


class Watched:
    """Every descriptor has to be taken out before it is closed."""

    def __init__(self, keeper: Keeper, left: dict[str, int] | None = None) -> None:
        """`left` are an earlier process's, by name, which `keeper` has already; whoever takes one
        takes it out."""
        self._epoll = select.epoll()
        self._keeper = keeper
        self._left = {} if left is None else left
        self._inherited: set[int] = set()
        self._read: dict[int, Read] = {}
        self._names: dict[int, str] = {}

    def fileno(self) -> int:
        return self._epoll.fileno()

    def inherit(self, name: str) -> int | None:
        """What an earlier process has left under this name; it is to be added by the same."""
        found = self._left.pop(name, None)
        if found is not None:
            self._inherited.add(found)
        return found

    def add(self, descriptor: int, read: Read | None = None, name: str = "") -> None:
        """`read` is called when there is something; what has a name is kept."""
        if read is not None:
            self._read[descriptor] = read
            self._epoll.register(descriptor, select.EPOLLIN)
        if name:
            self._names[descriptor] = name
            if descriptor in self._inherited:
                self._inherited.discard(descriptor)  # it is kept
            else:
                self._keeper.keep(name, descriptor)

    def remove(self, descriptor: int) -> None:
        if self._read.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)
        name = self._names.pop(descriptor, "")
        if name:
            self._keeper.drop(name)

    def take(self, limit: int = LIMIT) -> list[PathEvent]:
        """What has come by at most `limit` of them, without waiting."""
        found: list[PathEvent] = []
        for descriptor, _ in self._epoll.poll(0, limit):
            read = self._read.get(descriptor)
            if read is not None:  # or it was taken out meanwhile
                found += read()
        return found

    def close(self) -> None:
        self._epoll.close()
