"""Answers of the box agent's socket, and work that takes longer than a turn of its loop.

What takes seconds (a ping, an update, a bundle) is done by a thread, and whoever asked is answered
when it is done: other consoles, and the deadline of an unconfirmed change, do not wait for it.
"""

import traceback
from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from gateway.control.changes_outputs import Refused
from gateway.system.control_socket import Later
from gateway.system.run import ToolFailed

Answer = dict[str, Any]
JOURNAL: Final = "Look in the journal: journalctl -u postern-box"


def done(result: object) -> Answer:
    return {"ok": True, "result": result}


def refused(error: str, hint: str) -> Answer:
    return {"ok": False, "error": error, "hint": hint}


def guarded(work: Callable[[], object], tell: Callable[[str], None]) -> Answer:
    """The result as an answer. An error of ours costs this answer, and the journal has its trace.

    The agent must not fall over a menu item: it is what takes an unconfirmed change back.
    """
    try:
        return done(work())
    except Refused as error:
        return refused(str(error), error.hint)
    except ToolFailed as error:
        return refused(str(error).splitlines()[0], JOURNAL)
    except OSError as error:
        return refused(f"{error.filename or 'a file'}: {error.strerror or error}", JOURNAL)
    except Exception as error:  # noqa: BLE001 - the one place of this process: see above
        tell("".join(traceback.format_exception(error, limit=-8)))
        return refused(f"an error in Postern itself: {error!r}", JOURNAL)


class Worker:
    """One long piece of work of a kind at a time; `tell` gets what belongs in the journal."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._threads: dict[str, Thread] = {}

    def busy(self, kind: str) -> bool:
        thread = self._threads.get(kind)
        return thread is not None and thread.is_alive()

    def join(self, kind: str) -> None:
        """Wait until what is under way has ended."""
        if kind in self._threads:
            self._threads[kind].join()

    def start(self, kind: str, work: Callable[[], object]) -> Later:
        """Begin it; `Refused` while another of this kind is under way. It must end by itself."""
        if self.busy(kind):
            raise Refused(f"another {kind} is under way", "Wait until it has ended")
        answers: list[Answer] = []
        thread = Thread(
            target=lambda: answers.append(guarded(work, self._tell)), name=kind, daemon=True
        )
        self._threads[kind] = thread
        thread.start()
        return Later(lambda: answers[0] if answers else None)
