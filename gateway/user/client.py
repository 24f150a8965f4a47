"""Talking to the daemon: one line of JSON there, one line of JSON back (AF_UNIX).

Request `{"verb": ..., ...}`; answer `{"ok": true, "result": ...}` or
`{"ok": false, "error": ..., "hint": ...}`.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from gateway.control.explain import Told
from gateway.control.sessions import (
    SessionView,
    StatusView,
    session_from_json,
    status_from_json,
)

SOCKET: Final = "/run/postern/control.sock"
PATIENCE: Final = 10.0  # seconds of silence before the daemon is given up
LONGEST_ANSWER: Final = 16 << 20  # bytes
Read = TypeVar("Read")
_PIECE: Final = 1 << 16  # bytes read at a time


class DaemonError(Exception):
    """The question was not answered; `hint` says what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class NotRunning(DaemonError):
    """Nobody is at the socket."""


class Refused(DaemonError):
    """The daemon has said no, with its own reason."""


class BadAnswer(DaemonError):
    """What came is not an answer: another version, or a daemon in trouble."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what, "Look in what `postern run` has printed, and compare `postern version`"
        )


def socket_path(given: str | None) -> str:
    """The option's value, else $POSTERN_SOCKET, else the usual place."""
    return given or os.environ.get("POSTERN_SOCKET") or SOCKET


class Daemon:
    """The daemon behind one socket. Every method may raise a `DaemonError`."""

    def __init__(self, path: str) -> None:
        self.path = path

    def status(self) -> StatusView:
        return _read(status_from_json, self.ask("status"))

    def sessions(self) -> list[SessionView]:
        found = self.ask("sessions")
        if not isinstance(found, list):
            raise BadAnswer("the daemon's answer holds no list of sessions")
        return [_read(session_from_json, one) for one in found]

    def session(self, number: int) -> tuple[SessionView | None, list[Told]]:
        """One session and the account of its dial; a dial that failed has an account alone."""
        found = self.ask("session", id=number)
        if not isinstance(found, dict) or not isinstance(found.get("account"), list):
            raise BadAnswer("the daemon's answer holds no account")
        view = found.get("session")
        session = None if view is None else _read(session_from_json, view)
        return session, [_read(_told, line) for line in found["account"]]

    def disconnect(self, *, number: int | None = None, client: str | None = None) -> list[int]:
        """End one session, or all of one client; their numbers, where the daemon tells."""
        found = self.ask("disconnect", **{"id": number} if client is None else {"client": client})
        closed = found.get("closed") if isinstance(found, dict) else None
        if isinstance(closed, list) and all(type(one) is int for one in closed):
            return closed
        return [] if number is None else [number]

    def ask(self, verb: str, **more: object) -> Any:
        """The result of one request, as JSON has it."""
        line = self._exchange(json.dumps({"verb": verb, **more}).encode() + b"\n")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise BadAnswer("the daemon's answer is not JSON") from None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise BadAnswer("the daemon's answer says neither yes nor no")
        if not answer["ok"]:
            error = str(answer.get("error") or "the daemon refused without a reason")
            raise Refused(
                error, str(answer.get("hint") or "Look in what `postern run` has printed")
            )
        return answer.get("result")

    def _exchange(self, request: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(self.path)
                connection.sendall(request)
                return _receive_line(connection)
        except TimeoutError:
            raise BadAnswer(f"the daemon was silent for {PATIENCE:.0f} s") from None
        except PermissionError:
            what = f"you may not talk to the daemon at {self.path}"
            raise DaemonError(what, "Do it as root: sudo postern ...") from None
        except (FileNotFoundError, ConnectionRefusedError):
            what = f"the daemon is not running: nobody answers at {self.path}"
            hint = "Start it with `postern run` as root, or name its socket with --socket"
            raise NotRunning(what, hint) from None
        except OSError as error:
            what = f"the daemon at {self.path} could not be asked: {error.strerror or error}"
            raise DaemonError(what, "Look whether `postern run` still runs") from None


def _receive_line(connection: socket.socket) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := connection.recv(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if b"\n" in piece:
            return b"".join(pieces)
        if size > LONGEST_ANSWER:
            raise BadAnswer("the daemon's answer does not end")
    raise BadAnswer("the daemon closed the connection without an answer")


def _read(reader: Callable[[Mapping[str, object]], Read], data: object) -> Read:
    if not isinstance(data, Mapping):
        raise BadAnswer("a part of the daemon's answer is missing")
    try:
        return reader(data)
    except ValueError as error:
        raise BadAnswer(f"the daemon's answer cannot be understood: {error}") from None


def _told(line: Mapping[str, object]) -> Told:
    ms, text = line.get("ms"), line.get("text")
    if not isinstance(ms, int) or not isinstance(text, str):
        raise ValueError("a line of the account is not one")
    return Told(ms, text)
