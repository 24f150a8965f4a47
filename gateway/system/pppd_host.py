"""Starts one pppd for each call of a route into the LAN, and is root for that alone.

A connection begins with the request, one line; the answer is one line, and if it is "started" the
connection is pppd's from there on, as its standard input and output. Nobody here waits: a request
has a size and a time, and there are only so many. What may be asked is in `pppd_call.py`.
"""

import os
import selectors
import socket
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from gateway.control.config import Config, Route
from gateway.control.policy import client_named
from gateway.control.values_reach import NONE, Reach
from gateway.system.pppd_call import (
    INTERFACE,
    PPPD,
    BadRequest,
    Call,
    arguments,
    choose_address,
    parse_request,
    radius_files,
    route_of,
)
from gateway.system.run import ToolFailed

LONGEST_REQUEST: Final = 1024  # bytes, the end of the line included
ASKING_WITHIN: Final = 5.0  # seconds
MOST_ASKING: Final = 32
MOST_CALLS: Final = 1000
LOOK: Final = 0.25  # seconds between two looks whether a pppd has ended, or its interface is there
APPEARS_WITHIN: Final = 60.0  # seconds for an interface: a user may have to type a password
STARTED: Final = b"started\n"


class Child(Protocol):
    """A program that was started: `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...


Start = Callable[[Sequence[str], socket.socket], Child]
SetRules = Callable[[Mapping[str, tuple[Reach, ...]], str, bool], None]


@dataclass(slots=True, eq=False)
class _Asking:
    socket: socket.socket
    due: float


@dataclass(slots=True, eq=False)
class _Running:
    child: Child
    client: str
    address: bytes | None
    reach: tuple[Reach, ...]
    forwards_by: float | None  # until then its interface is looked for


class Host:
    """Listens at `path`. `read` gives the configuration of the moment, `tell` writes a line.

    `group` may ask besides root. `folder` is for files that pppd reads, nobody else's.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[], Config | str],
        start: Start,
        set_rules: SetRules,
        tell: Callable[[str], None],
        group: int | None = None,
        root: Path = Path("/"),
    ) -> None:
        self._path, self._folder, self._root = path, path.parent, root
        self._read, self._start, self._set_rules, self._tell = read, start, set_rules, tell
        self._asking: dict[int, _Asking] = {}
        self.running: dict[str, _Running] = {}  # by interface
        self._opened: set[Path] = set()  # switches of the kernel that were off before us
        self._selector = selectors.DefaultSelector()
        self._listener = _listen(path, group)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def register(self, source: int) -> None:
        """Wake up for this descriptor as well."""
        self._selector.register(source, selectors.EVENT_READ)

    def step(self, clock: Callable[[], float]) -> None:
        """Wait for something to do, and do it."""
        for key, _ in self._selector.select(LOOK if self._asking or self.running else None):
            if key.fileobj is self._listener:
                self._accept(clock())
            elif key.fd in self._asking:
                self._hear(self._asking[key.fd])
        self._look(clock())

    def close(self) -> None:
        """End every call; what was opened in the kernel is closed again."""
        for asking in list(self._asking.values()):
            self._forget(asking)
        for running in self.running.values():
            running.child.terminate()
        for switch in self._opened:
            _write(switch, "0")
        self._listener.close()
        self._selector.close()
        self._path.unlink(missing_ok=True)

    def _accept(self, now: float) -> None:
        try:
            line, _ = self._listener.accept()
        except OSError:
            return
        line.setblocking(False)
        if len(self._asking) >= MOST_ASKING:
            self._forget(min(self._asking.values(), key=lambda one: one.due))
        self._asking[line.fileno()] = _Asking(line, now + ASKING_WITHIN)
        self._selector.register(line, selectors.EVENT_READ)

    def _hear(self, asking: _Asking) -> None:
        """Take the request and not a byte more: what follows is for pppd."""
        line = asking.socket
        try:
            seen = line.recv(LONGEST_REQUEST, socket.MSG_PEEK)
            end = seen.find(b"\n") + 1
            if not end and seen and len(seen) < LONGEST_REQUEST:
                return
            request = line.recv(end) if end else b""
        except BlockingIOError:
            return
        except OSError:
            request = b""
        del self._asking[line.fileno()]
        self._selector.unregister(line)
        with line:
            if request:
                self._answer(line, request)

    def _answer(self, line: socket.socket, request: bytes) -> None:
        try:
            self._begin(line, parse_request(request))
        except (BadRequest, ToolFailed, OSError) as refusal:
            self._tell(f"no pppd was started: {refusal}")
            try:
                line.send(f"{refusal}".splitlines()[0].encode("ascii", "replace")[:400] + b"\n")
            except OSError:
                return  # nobody is there to be told

    def _begin(self, line: socket.socket, call: Call) -> None:
        config = self._read()
        if not isinstance(config, Config):
            raise BadRequest(config)
        route = route_of(config, call)
        if not os.access(PPPD, os.X_OK):
            raise BadRequest("pppd is not installed: install the Debian package ppp")
        if len(self.running) >= min(MOST_CALLS, config.limits.sessions):
            raise BadRequest("the limit of sessions is reached")
        name, inside = self._free_name(), config.inside
        taken = {one.address for one in self.running.values() if one.address is not None}
        address = choose_address(route, taken)
        client = client_named(config, call.client)
        reach = (client and client.reach) or (NONE,)
        self._write_files(route, inside.address or b"")
        closed = self._is_closed(inside.interface or "")
        self._set_rules({**self._reaches(), name: reach}, inside.interface or "", closed)
        self._forward(inside.interface or "")
        line.setblocking(True)
        line.send(STARTED)
        argv = arguments(route, inside.address or b"", call, address, name, str(self._folder))
        child = self._start(argv, line)
        self.running[name] = _Running(child, call.client, address, reach, None)
        self._tell(f"pppd {child.pid} was started for {call.client} as {name}")

    def _look(self, now: float) -> None:
        """Who asks too slowly, which pppd has ended, which interface has come up."""
        for asking in [one for one in self._asking.values() if one.due <= now]:
            self._forget(asking)
        for name, running in list(self.running.items()):
            status = running.child.poll()
            if status is not None:
                del self.running[name]
                self._tell(f"pppd of {running.client} ({name}) has ended with status {status}")
                continue
            if running.forwards_by is None:
                running.forwards_by = now + APPEARS_WITHIN
            if now <= running.forwards_by and _write(self._switch(name), "1"):
                running.forwards_by = -1.0

    def _reaches(self) -> dict[str, tuple[Reach, ...]]:
        return {name: one.reach for name, one in self.running.items()}

    def _free_name(self) -> str:
        return next(name for name in _names() if name not in self.running)

    def _write_files(self, route: Route, inside: bytes) -> None:
        for name, text in radius_files(route, inside, str(self._folder)).items():
            path = self._folder / name
            new = path.with_name(f".{name}.new")
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            os.replace(new, path)

    def _forward(self, interface: str) -> None:
        """Let the kernel pass packets on that come in from inside; it answers ARP only then."""
        switch = self._switch(interface)
        if _text(switch) == "0" and _write(switch, "1"):
            self._opened.add(switch)

    def _is_closed(self, interface: str) -> bool:
        """Whether nothing is forwarded that comes in there, but for our calls."""
        switch = self._switch(interface)
        return switch in self._opened or _text(switch) == "0"

    def _switch(self, interface: str) -> Path:
        return self._root / "proc/sys/net/ipv4/conf" / interface / "forwarding"

    def _forget(self, asking: _Asking) -> None:
        del self._asking[asking.socket.fileno()]
        self._selector.unregister(asking.socket)
        asking.socket.close()


def _names() -> Iterator[str]:
    return (f"{INTERFACE}{number}" for number in range(MOST_CALLS + 1))


def _listen(path: Path, group: int | None) -> socket.socket:
    """The folder is root's and the group may only pass through it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    if group is not None:
        os.chown(path.parent, -1, group)
        os.chmod(path.parent, 0o710)
        os.chown(path, -1, group)
        os.chmod(path, 0o660)
    listener.setblocking(False)
    listener.listen(MOST_ASKING)
    return listener


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _write(path: Path, text: str) -> bool:
    """Whether it could be written; a switch of an interface that is not there cannot."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
            file.write(text)
    except OSError:
        return False
    return True
