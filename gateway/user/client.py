"""Talking to the daemon: one line of JSON there, one line of JSON back (AF_UNIX).

Request `{"verb": ..., ...}`; answer `{"ok": true, "result": ...}` or
`{"ok": false, "error": ..., "hint": ...}`.
"""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, TypeVar

from gateway.control.accounting import Told, told_from_json
from gateway.control.diagnosis import Diagnosis, diagnosis_from_json
from gateway.control.explain import Told as Line
from gateway.control.metrics import Sample, samples_from_json
from gateway.control.recorded import Case, case_from_data
from gateway.control.sessions import (
    SessionView,
    StatusView,
    session_from_json,
    status_from_json,
)
from gateway.control.trace import HEAD, Kind, Wanted, parse_head

SOCKET: Final = "/run/postern/control.sock"
PATIENCE: Final = 10.0  # seconds of silence before the daemon is given up
LOOK: Final = 0.25  # seconds until who was busy, or not there, is asked again
AFTER_A_DIAL: Final = 120.0  # seconds that a dial which has begun may take, and the answer
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


class Busy(Refused):
    """It is in the middle of something, which `work` names, and has done nothing."""

    def __init__(self, what: str, hint: str, work: str) -> None:
        super().__init__(what, hint)
        self.work = work


class NotAllowed(DaemonError):
    """This user may not ask."""


class BadAnswer(DaemonError):
    """What came is not an answer: another version, or a daemon in trouble."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what, "Look in what `postern run` has printed, and compare `postern version`"
        )


class Silent(BadAnswer):
    """Somebody is there and says nothing."""


def socket_path(given: str | None) -> str:
    """The option's value, else $POSTERN_SOCKET, else the usual place."""
    return given or os.environ.get("POSTERN_SOCKET") or SOCKET


@dataclass(frozen=True, slots=True)
class Words:
    """How messages call the other end of a socket, and what they advise."""

    who: str
    look: str  # where to look when it is in trouble
    start: str  # how it is started
    alive: str  # how to see whether it lives


GATEWAY: Final = Words(
    "the daemon",
    "Look in what `postern run` has printed",
    "Start it with `postern run` as root, or name its socket with --socket",
    "Look whether `postern run` still runs",
)


class Absence:
    """How long nobody has been at a socket: whoever starts anew is back within seconds.

    One for all who ask the same end, so that who stays away is waited for once.
    """

    def __init__(
        self,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience = patience  # seconds
        self._clock = clock
        self._rest = rest
        self._since: float | None = None

    def worth_another_try(self) -> bool:
        """Whether to ask once more, after a rest."""
        if self._since is None:
            self._since = self._clock()
        if self._clock() - self._since >= self._patience:
            return False
        self._rest(LOOK)
        return True

    def over(self) -> None:
        """Somebody was there."""
        self._since = None


class End:
    """The other end of one socket. `ask` may raise a `DaemonError`."""

    def __init__(
        self,
        path: str,
        words: Words = GATEWAY,
        patience: float | None = None,
        absence: Absence | None = None,
    ) -> None:
        self.path = path
        self.words = words
        self.patience = patience  # seconds; None is the usual
        self._absence = absence or Absence(0.0)

    def ask(self, verb: str, **more: object) -> Any:
        """The result of one request, as JSON has it."""
        return self.ask_slowly(verb, self.patience or PATIENCE, **more)

    def ask_slowly(self, verb: str, patience: float, **more: object) -> Any:
        """The same, for what takes its time: `patience` is in seconds.

        Who is busy has done nothing, and who is not there has heard nothing: both are asked again.
        """
        until = time.monotonic() + patience
        while True:
            try:
                return self._ask_once(verb, patience, more)
            except NotRunning:
                if not self._absence.worth_another_try():
                    raise
            except Busy:
                if time.monotonic() >= until:
                    raise
                time.sleep(LOOK)

    def _ask_once(self, verb: str, patience: float, more: Mapping[str, object]) -> Any:
        request = json.dumps({"verb": verb, **more}).encode() + b"\n"
        with self._connected(patience) as connection:
            connection.sendall(request)
            line = _receive_line(connection, self.words.who)
        return self._result(line)

    def stream(
        self, request: Mapping[str, object], patience: float
    ) -> Iterator[tuple[Kind, bytes]]:
        """The answer, and the frames behind it until the other end has said its last."""
        with self._connected(patience) as connection, connection.makefile("rb") as lines:
            connection.sendall(json.dumps(request).encode() + b"\n")
            self._result(lines.readline(LONGEST_ANSWER))
            while head := lines.read(HEAD.size):
                yield self._frame(head, lines)

    def _frame(self, head: bytes, lines: BinaryIO) -> tuple[Kind, bytes]:
        try:
            kind, length = parse_head(head)
        except ValueError:
            raise BadAnswer(f"what {self.words.who} sends is no trace") from None
        body = lines.read(length)
        if len(body) < length:
            raise BadAnswer(f"{self.words.who} stopped in the middle of a packet")
        return kind, body

    def _result(self, line: bytes) -> Any:
        """What an answer says; a `DaemonError` if it says no, or nothing that makes sense."""
        who = self.words.who
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise BadAnswer(f"{who}'s answer is not JSON") from None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise BadAnswer(f"{who}'s answer says neither yes nor no")
        if not answer["ok"]:
            error = str(answer.get("error") or f"{who} refused without a reason")
            hint = str(answer.get("hint") or self.words.look)
            if isinstance(work := answer.get("busy"), str):
                raise Busy(error, hint, work)
            raise Refused(error, hint)
        return answer.get("result")

    @contextmanager
    def _connected(self, patience: float) -> Iterator[socket.socket]:
        """A connection for the length of a `with`; what fails in it is told as a `DaemonError`."""
        who = self.words.who
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(patience)
                connection.connect(self.path)
                self._absence.over()
                yield connection
        except TimeoutError:
            raise Silent(f"{who} was silent for {patience:.0f} s") from None
        except PermissionError:
            what = f"you may not talk to {who} at {self.path}"
            raise NotAllowed(what, "Do it as root: sudo postern ...") from None
        except (FileNotFoundError, ConnectionRefusedError):
            what = f"{who} is not running: nobody answers at {self.path}"
            raise NotRunning(what, self.words.start) from None
        except OSError as error:
            what = f"{who} at {self.path} could not be asked: {error.strerror or error}"
            raise DaemonError(what, self.words.alive) from None


class Daemon(End):
    """The daemon behind one socket. Every method may raise a `DaemonError`."""

    def status(self) -> StatusView:
        return _read(status_from_json, self.ask("status"))

    def sessions(self) -> list[SessionView]:
        found = self.ask("sessions")
        if not isinstance(found, list):
            raise BadAnswer("the daemon's answer holds no list of sessions")
        return [_read(session_from_json, one) for one in found]

    def session(self, number: int) -> tuple[SessionView | None, list[Line]]:
        """One session and the account of its dial; a dial that failed has an account alone."""
        found = self.ask("session", id=number)
        if not isinstance(found, dict) or not isinstance(found.get("account"), list):
            raise BadAnswer("the daemon's answer holds no account")
        view = found.get("session")
        session = None if view is None else _read(session_from_json, view)
        return session, [_read(_told, line) for line in found["account"]]

    def explain(self, word: str) -> list[Diagnosis]:
        """Why a client, or whoever is at an address, does not connect; the likeliest first."""
        found = self.ask("explain", word=word)
        listed = found.get("diagnoses") if isinstance(found, dict) else None
        if not isinstance(listed, list) or not listed:
            raise BadAnswer("the daemon's answer holds no diagnosis")
        return [_read(diagnosis_from_json, one) for one in listed]

    def machines(self) -> list[tuple[str, Diagnosis]]:
        """Every machine that was heard of, by its client's name or its address."""
        found = self.ask("explain")
        listed = found.get("machines") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise BadAnswer("the daemon's answer holds no list of machines")
        return [_read(_machine, one) for one in listed]

    def trace(self, wanted: Wanted, behalf: str = "") -> Iterator[tuple[Kind, bytes]]:
        """Frames of a trace as they come, the last a report; leaving the loop ends the trace.

        `behalf`: for whom it is asked, where that is somebody else.
        """
        request = {"verb": "trace", **asdict(wanted), "for": behalf}
        yield from self.stream(request, wanted.seconds + PATIENCE)

    def figures(self, *, sessions: bool = False) -> list[Sample]:
        """What there is for Prometheus, of all sessions together or of each."""
        found = self.ask("metrics", sessions=sessions)
        return _read(lambda data: samples_from_json(data.get("samples")), found)

    def accounting(self, behind: int, *, living: bool) -> Told:
        """What began and ended behind that number, and on demand all sessions that are up."""
        found = self.ask("accounting", behind=behind, living=living)
        return _read(told_from_json, found)

    def disconnect(self, *, number: int | None = None, client: str | None = None) -> list[int]:
        """End one session, or all of one client; their numbers, where the daemon tells."""
        found = self.ask("disconnect", **{"id": number} if client is None else {"client": client})
        closed = found.get("closed") if isinstance(found, dict) else None
        if isinstance(closed, list) and all(type(one) is int for one in closed):
            return closed
        return [] if number is None else [number]

    def record(self, *, client: str | None, peer: str | None, seconds: int) -> None:
        """Listen for the next dial of a client, or from an address."""
        who = {"client": client} if peer is None else {"peer": peer}
        self.ask("record", seconds=seconds, **who)

    def recorded(self, seconds: int) -> Case | None:
        """What was heard, once the dial is over; None if nobody dialled in time."""
        found = self.ask_slowly("recorded", seconds + AFTER_A_DIAL)
        if not isinstance(found, dict) or found.get("state") not in ("done", "over"):
            raise BadAnswer("the daemon's answer holds no recording")
        return _read(case_from_data, found.get("case")) if found["state"] == "done" else None

    def stop_recording(self) -> None:
        self.ask("record-stop")


def _receive_line(connection: socket.socket, who: str) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := connection.recv(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if b"\n" in piece:
            return b"".join(pieces)
        if size > LONGEST_ANSWER:
            raise BadAnswer(f"{who}'s answer does not end")
    raise BadAnswer(f"{who} closed the connection without an answer")


def _read(reader: Callable[[Mapping[str, object]], Read], data: object) -> Read:
    if not isinstance(data, Mapping):
        raise BadAnswer("a part of the daemon's answer is missing")
    try:
        return reader(data)
    except ValueError as error:
        raise BadAnswer(f"the daemon's answer cannot be understood: {error}") from None


def _machine(data: Mapping[str, object]) -> tuple[str, Diagnosis]:
    name, one = data.get("machine"), data.get("diagnosis")
    if not isinstance(name, str) or not isinstance(one, Mapping):
        raise ValueError("a machine is none")
    return name, diagnosis_from_json(one)


def _told(line: Mapping[str, object]) -> Line:
    ms, text = line.get("ms"), line.get("text")
    if not isinstance(ms, int) or not isinstance(text, str):
        raise ValueError("a line of the account is not one")
    return Line(ms, text)
