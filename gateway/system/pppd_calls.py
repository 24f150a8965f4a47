"""The local calls that run, one pppd each: how they begin, what the kernel lets them do, how they
end. Nobody here waits, but for nft and, at the end of all, for the pppds.

The configuration is looked at again and again: what a client may reach holds for its calls at once,
and a file that is wrong changes nothing.
"""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.control.config import Config
from gateway.control.policy import client_named
from gateway.control.values_reach import NONE, Reach
from gateway.system.line import give, interface_of, make_line
from gateway.system.pppd_call import (
    INTERFACE,
    PPPD,
    BadRequest,
    Call,
    Sink,
    arguments,
    choose_address,
    radius_files,
    route_of,
)
from gateway.system.pppd_files import Files
from gateway.system.pppd_links import Links
from gateway.system.pppd_rules import Allowed
from gateway.system.pppd_table import Table
from gateway.system.run import ToolFailed

MOST_CALLS: Final = 1000
LOOK: Final = 0.25  # seconds between two looks whether a pppd has ended
SOON: Final = 0.05  # the same while a call has no address yet, and nothing of its client passes;
# or no interface, but then what pppd says first wakes us up before that
BEGINS_WITHIN: Final = 20.0  # seconds for a pppd to make PPP of its line, on a box full of dials
APPEARS_WITHIN: Final = 60.0  # seconds for an interface: a user may have to type a password
ENDS_WITHIN: Final = 5.0  # seconds for all pppds to take leave of their clients, and of RADIUS
DIES_WITHIN: Final = 1.0  # seconds, once killed
STARTED: Final = "started"  # then the numbers of its interface, and of the line's channel


class Child(Protocol):
    """A program that was started: the `Child` of `run.py`."""

    pid: int

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def ends_within(self, seconds: float) -> bool: ...


Start = Callable[[Sequence[str], int], Child]  # what it is told, and its end of the line
Read = Callable[[], Config | str]


@dataclass(slots=True, eq=False)
class _Waiting:
    """Who has asked for a call, until its pppd has an interface; and both ends of the line."""

    asking: socket.socket
    outer: int
    inner: int
    due: float | None = None

    def close(self) -> None:
        self.asking.close()
        os.close(self.outer)
        os.close(self.inner)


@dataclass(slots=True, eq=False)
class _Running:
    child: Child
    client: str
    given: bytes | None  # the address of the pool
    allowed: Allowed
    waiting: _Waiting | None
    forwards_by: float | None = None  # until then its interface is looked for
    seen: bool = False  # whether the kernel has shown which address it is


class Calls:
    """`read` gives the configuration of the moment, the same object as long as it is the same, or
    what is wrong with it. `tell` writes a line."""

    def __init__(
        self,
        read: Read,
        start: Start,
        table: Table,
        links: Links,
        files: Files,
        tell: Callable[[str], None],
        sink: Sink | None = None,
    ) -> None:
        """`sink` takes the accounts of pppd's own RADIUS client where Postern keeps some."""
        self._sink = sink
        self._read, self._start, self._tell = read, start, tell
        self._table, self._links, self._files = table, links, files
        self.running: dict[str, _Running] = {}  # by interface
        self._found: Config | str | None = None  # what was read last
        self._config: Config | None = None  # and the last that was right
        # Told of the line of a pppd that has not begun, and when nobody need look at it any more.
        self.watch: Callable[[int], None] = _nobody
        self.unwatch: Callable[[int], None] = _nobody

    def wait(self) -> float | None:
        """Seconds until it has to be looked after them again."""
        if not self.running:
            return None
        return LOOK if all(one.seen for one in self.running.values()) else SOON

    def begin(self, asking: socket.socket, call: Call) -> None:
        """Start a pppd; `look` answers with the other end of its line. BadRequest, OSError or
        ToolFailed if it cannot be started."""
        self._follow()
        config = self._config
        if config is None:
            raise BadRequest(str(self._found))
        route, inside = route_of(config, call), config.inside
        if not os.access(PPPD, os.X_OK):
            raise BadRequest("pppd is not installed: install the Debian package ppp")
        if len(self.running) >= min(MOST_CALLS, config.limits.sessions):
            raise BadRequest("the limit of sessions is reached")
        name, address = self._free_name(), choose_address(route, self._taken())
        here = inside.address or b""
        folder = str(self._files.folder)
        sink = None if config.accounting.server is None else self._sink
        self._files.write(radius_files(route, here, folder, sink))
        # RADIUS may choose another address than the pool's; then it is seen, and not before.
        known = address if route.radius is None else None
        allowed = Allowed(_reach(config, call.client), known)
        argv = arguments(route, here, call, address, name, folder)
        outer, inner = make_line()
        try:
            waiting = _Waiting(asking.dup(), outer, inner)
        except OSError:
            os.close(outer)
            os.close(inner)
            raise
        try:
            self._open(name, allowed, inside.interface or "")
            child = self._start(argv, waiting.inner)
        except (ToolFailed, OSError):
            waiting.close()
            self._change({name: None})
            raise
        self.running[name] = _Running(child, call.client, address, allowed, waiting)
        self.watch(outer)
        self._tell(f"pppd {child.pid} was started for {call.client} as {name}")

    def look(self, now: float) -> None:
        """Which pppd has ended, whose interface or address is there now, what may be reached."""
        if not self.running:
            return
        changes: dict[str, Allowed | None] = {}
        for name, one in list(self.running.items()):
            status = one.child.poll()
            if one.waiting is not None and self._answer(one, one.waiting, status, now):
                one.waiting = None
            if status is not None:
                del self.running[name]
                changes[name] = None
                self._tell(f"pppd of {one.client} ({name}) has ended with status {status}")
                continue
            if one.forwards_by is None:
                one.forwards_by = now + APPEARS_WITHIN
            if now <= one.forwards_by and self._links.open_call(name):
                one.forwards_by = -1.0
        self._change(changes | self._new_addresses())
        self._follow()

    def close(self, clock: Callable[[], float]) -> None:
        """End every call, and wait for that; then the kernel is as it was before us."""
        for one in self.running.values():
            one.child.terminate()
            if one.waiting is not None:
                self._let_go(one.waiting)
        due = clock() + ENDS_WITHIN
        for name, one in self.running.items():
            if not one.child.ends_within(max(0.0, due - clock())):
                self._tell(f"pppd of {one.client} ({name}) did not end and is killed")
                one.child.kill()
                one.child.ends_within(DIES_WITHIN)
        self.running = {}
        self._files.clear()
        self._links.close()
        try:
            self._table.remove()
        except ToolFailed as failure:
            self._tell(f"the rules of the calls stay: {failure}")

    def _answer(self, one: _Running, waiting: _Waiting, status: int | None, now: float) -> bool:
        """Whether whoever asked for the call has been answered; then the line is theirs alone, and
        the pppd whose line is not taken finds that it was hung up."""
        waiting.due = now + BEGINS_WITHIN if waiting.due is None else waiting.due
        numbers, line = interface_of(waiting.inner), -1
        if status is not None:
            answer = f"pppd has ended with status {status}"
        elif numbers is not None:
            answer, line = f"{STARTED} {numbers[0]} {numbers[1]}", waiting.outer
        elif now >= waiting.due:
            answer = f"pppd had no interface within {BEGINS_WITHIN:g} s"
            one.child.terminate()
        else:
            return False
        try:
            give(waiting.asking, f"{answer}\n".encode(), line)
        except OSError as error:
            self._tell(f"its line was not taken: {error.strerror}")
        self._let_go(waiting)
        return True

    def _let_go(self, waiting: _Waiting) -> None:
        self.unwatch(waiting.outer)
        waiting.close()

    def _open(self, name: str, allowed: Allowed, inside: str) -> None:
        """The rules first, so that nothing passes that is not meant to."""
        closed = self._links.closed(inside)
        self._table.begin(name, allowed, inside, closed)
        if self._table.is_set:
            self._links.open_inside(inside)
        elif inside in closed:
            self._tell(
                f"no answers come back from {inside}, and --no-rules leaves it so: set "
                f"net.ipv4.conf.{inside}.forwarding to 1, and see what else passes then"
            )

    def _follow(self) -> None:
        """The configuration may be another by now."""
        found = self._read()
        if found is self._found:
            return
        self._found = found
        if isinstance(found, str):
            kept = "" if self._config is None else ": what was read before it still holds"
            self._tell(f"{found}{kept}")
            return
        self._config = found
        changes: dict[str, Allowed | None] = {}
        for name, one in self.running.items():
            reach = _reach(found, one.client)
            if reach != one.allowed.reach:
                changes[name] = one.allowed = one.allowed._replace(reach=reach)
        self._change(changes)

    def _new_addresses(self) -> dict[str, Allowed | None]:
        """Those that have come up since: RADIUS, or a line of chap-secrets, has the last word."""
        unseen = {name: one for name, one in self.running.items() if not one.seen}
        found: dict[str, Allowed | None] = {}
        addresses = self._links.addresses() if unseen else {}
        for name in unseen.keys() & addresses.keys():
            one = unseen[name]
            one.seen = True
            if addresses[name] != one.allowed.address:
                one.allowed = found[name] = one.allowed._replace(address=addresses[name])
        return found

    def _change(self, changes: dict[str, Allowed | None]) -> None:
        try:
            self._table.change(changes)
        except ToolFailed as failure:
            self._tell(f"the rules of {', '.join(changes)} are as they were: {failure}")

    def _taken(self) -> set[bytes]:
        """Addresses that somebody has, also by a pppd that an earlier program has left behind."""
        given = {one.given for one in self.running.values() if one.given is not None}
        return given | set(self._links.addresses().values())

    def _free_name(self) -> str:
        taken = self.running.keys() | self._links.there()
        names = (f"{INTERFACE}{number}" for number in range(len(taken) + 1))
        return next(name for name in names if name not in taken)


def _nobody(descriptor: int) -> None:
    """There is nobody to be told."""


def _reach(config: Config, name: str) -> tuple[Reach, ...]:
    """Nothing for one of whom nothing is said, or who is no client any more."""
    client = client_named(config, name)
    if client is None or client.revoked:
        return (NONE,)
    return client.reach or (NONE,)
