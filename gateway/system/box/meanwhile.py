"""While a program of the agent's own runs, whoever only wants to look is answered.

A program may take seconds (a stick that is mounted, a network that is set up), and the agent waits
for it in the middle of what it does. Meanwhile the socket is served with what needs no program and
does not meet the engine of changes; all else is told that the agent is busy, and has done nothing.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread, get_ident
from typing import Any, Final

from gateway.system.box.answer import refused
from gateway.system.control_socket import Answered, ControlSocket, Peer
from gateway.system.run import Result, Run, ToolFailed

# `config.*` is not here, not even what only shows: each of them takes back first what is due.
READ_ONLY: Final = frozenset({"status", "board", "ports", "slots", "upgrade.status", "recordings"})
START: Final = "its start"
Answer = Callable[[dict[str, Any], Peer | None], Answered]


class _Program(Thread):
    """Runs one program to its end, and closes `end` then."""

    def __init__(self, tool: Run, argv: Sequence[str], stdin: str, end: int) -> None:
        super().__init__(name=argv[0])
        self._tool = tool
        self._argv = argv
        self._stdin = stdin
        self._end = end
        self._found: Result | ToolFailed | None = None

    def run(self) -> None:
        try:
            self._found = self._tool(self._argv, self._stdin)
        except ToolFailed as failure:
            self._found = failure
        finally:
            os.close(self._end)

    def result(self) -> Result:
        """Once it has ended; `ToolFailed` as it was."""
        if isinstance(self._found, ToolFailed):
            raise self._found
        if self._found is None:
            raise RuntimeError(f"{self.name} was not run; the trace of that is before this one")
        return self._found


class Meanwhile:
    """Runs programs, in place of `tool`, which it uses; `answer` is what the socket asks.

    A program that a thread of ours runs disturbs nobody, and is run as it is.
    """

    def __init__(self, control: ControlSocket, tool: Run, clock: Callable[[], float]) -> None:
        self._control = control
        self._tool = tool
        self._clock = clock
        self._loop = get_ident()  # of the thread that serves the socket
        self._answer: Answer | None = None
        self._work = ""  # what we are busy with
        self._since = 0.0

    def begin(self, answer: Answer) -> None:
        """All is there: from now on `answer` has the word."""
        self._answer = answer

    def __call__(self, argv: Sequence[str], stdin: str) -> Result:
        if get_ident() != self._loop or self._work:
            return self._tool(argv, stdin)
        over, end = os.pipe()
        program = _Program(self._tool, argv, stdin, end)
        program.start()
        self._work, self._since = Path(argv[0]).name, self._clock()
        try:
            self._control.serve_until(over, self._clock)
            return program.result()
        finally:
            program.join()
            self._work = ""
            os.close(over)

    def answer(self, request: dict[str, Any], peer: Peer | None) -> Answered:
        """One request of the socket, from that process."""
        if self._answer is None:
            return _busy(START)
        if not self._work:
            return self._answer(request, peer)
        if request.get("verb") not in READ_ONLY:
            return _busy(self._work)
        return self._told(self._answer(request, peer))

    def _told(self, found: Answered) -> Answered:
        """A status says what the agent is busy with, and for how many seconds."""
        if isinstance(found, dict) and isinstance(result := found.get("result"), dict):
            busy = {"with": self._work, "seconds": round(self._clock() - self._since, 1)}
            return {**found, "result": {**result, "busy": busy}}
        return found


def _busy(work: str) -> dict[str, Any]:
    return refused(f"the box agent is busy with {work}", "Ask again in a moment") | {"busy": work}
