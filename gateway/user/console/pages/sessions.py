"""Who is connected, what became of a dial, and ending a session."""

import os
import tempfile
from collections.abc import Callable

from gateway.control.sessions import SessionView, StatusView
from gateway.control.systems import short_of
from gateway.user.cli import show
from gateway.user.cli.sessions import account_lines, details
from gateway.user.cli.show import Column
from gateway.user.cli.status import status_lines
from gateway.user.console.ends import Ends
from gateway.user.console.model import Back, Open, Row, Stay, Step, Told, View, question
from gateway.user.console.pages.trace import trace_form

FRESH = 2.0  # seconds between two looks
WIDTH = 72  # letters, without the session's number
Cell = Callable[[SessionView], str]
COLUMNS: tuple[tuple[Column, Cell], ...] = (
    (Column("CLIENT", least=8), lambda one: one.client),
    (Column("SYSTEM", least=6), lambda one: short_of(one.system, one.confidence) or "-"),
    (Column("FROM", least=12), lambda one: one.peer),
    (Column("STATE"), lambda one: one.state),
    (Column("FOR", right=True), lambda one: show.duration(one.since)),
    (Column("NAT-T"), lambda one: short_natt(one.natt)),
    (Column("IN", right=True), lambda one: show.size(one.bytes_in)),
    (Column("OUT", right=True), lambda one: show.size(one.bytes_out)),
    (Column("", least=1), lambda one: "!" if one.last_error else ""),
)


def short_natt(natt: str) -> str:
    """For a narrow table: "02n" of draft-02n, "rfc" of RFC 3947; the session's own page has all."""
    return natt.removeprefix("draft-").removesuffix("3947") or "-"


class Sessions:
    """All sessions, live."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        sessions = self._ends.daemon.sessions()
        head, *lines = table(sessions)
        rows = tuple(
            Row(str(one.id), line, self._open(one.id), f"postern sessions {one.id}")
            for one, line in zip(sessions, lines, strict=True)
        )
        text = (
            f"{show.counted(len(sessions), 'session')}; ! behind one: something went wrong in it."
            if sessions
            else "Nobody is connected. 'Diagnostics' in the main menu tells of refused dials.",
        )
        keys = (Row("s", "Gateway in figures", self._figures, "postern status"),)
        return View("Status and live sessions", text, head, rows, keys, refresh=FRESH)

    def _open(self, number: int) -> Callable[[], Step]:
        return lambda: Open(Session(self._ends, number))

    def _figures(self) -> Step:
        return Open(Figures(self._ends))


class Figures:
    """The gateway as a whole, live."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        status: StatusView = self._ends.daemon.status()
        return View("The gateway in figures", tuple(status_lines(status)), refresh=FRESH)


class Session:
    """One session and the account of its dial, live."""

    def __init__(self, ends: Ends, number: int) -> None:
        self._ends = ends
        self._number = number

    def view(self) -> View:
        end = Row("k", "End it", self._kick, f"postern disconnect {self._number}")
        keys = (
            end,
            Row("t", "Trace it", self._ask_trace, f"postern trace {self._number} FILE"),
            Row("w", "Write this to a file", self._write, f"postern sessions {self._number}"),
        )
        title = f"Session {self._number}"
        return View(title, tuple(self._lines()), keys=keys, refresh=FRESH)

    def _lines(self) -> list[str]:
        session, told = self._ends.daemon.session(self._number)
        return [*details(session), "", "how it came up:", *account_lines(told)]

    def _kick(self) -> Step:
        def kick() -> Step:
            self._ends.daemon.disconnect(number=self._number)
            return Back(f"Session {self._number} is being ended.")

        text = ("The client is told, and may dial again at once.",)
        return Open(question(f"End session {self._number}?", text, "Yes, end it", kick))

    def _ask_trace(self) -> Step:
        return Open(trace_form(self._ends, str(self._number)))

    def _write(self) -> Step:
        prefix = f"postern-session-{self._number}-"
        try:
            handle, path = tempfile.mkstemp(".txt", prefix)
            with os.fdopen(handle, "w") as file:
                file.write("\n".join(self._lines()) + "\n")
        except OSError as error:
            return Open(Told("Not written", (f"{error.strerror}.", "Is the memory full?")))
        return Stay(f"Written to {path}")


def table(sessions: list[SessionView]) -> list[str]:
    """The table with its head, without the sessions' numbers."""
    rows = [[cell(one) for _, cell in COLUMNS] for one in sessions]
    return show.table([column for column, _ in COLUMNS], rows, WIDTH)
