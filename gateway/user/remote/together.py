"""The same work on several boxes, so many at once."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue

from gateway.user.client import DaemonError
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import Kind, Outcome, left_alone, of_error

Work = Callable[[Where], Outcome]


def together(
    boxes: Sequence[Where], work: Work, at_once: int, *, stops: bool = False
) -> Iterator[Outcome]:
    """What came of each, as it comes. With `stops` no box is begun after one has failed.

    The threads are daemons: whoever is interrupted does not wait for a box that hangs. What is no
    `DaemonError` is our own fault, and raised here.
    """
    crew = _Crew(boxes, work, stops=stops)
    for _ in range(min(at_once, len(boxes))):
        threading.Thread(target=crew.go_on, daemon=True).start()
    for _ in boxes:
        found = crew.done.get()
        if isinstance(found, BaseException):
            raise found
        yield found


class _Crew:
    def __init__(self, boxes: Sequence[Where], work: Work, *, stops: bool) -> None:
        self.done: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._waiting = deque(boxes)
        self._work = work
        self._stops = stops
        self._lock = threading.Lock()

    def go_on(self) -> None:
        while (where := self._next()) is not None:
            found = self._tried(where)
            bad = isinstance(found, BaseException) or found.kind != Kind.WELL
            rest = self._taken_away() if self._stops and bad else []
            self.done.put(found)
            for left in rest:
                self.done.put(left_alone(left.name))

    def _tried(self, where: Where) -> Outcome | BaseException:
        try:
            return self._work(where)
        except DaemonError as error:
            return of_error(where.name, error)
        except BaseException as error:  # noqa: BLE001 - raised again by who waits for us
            return error

    def _next(self) -> Where | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _taken_away(self) -> list[Where]:
        """Those that nobody has begun; nobody will."""
        with self._lock:
            rest = list(self._waiting)
            self._waiting.clear()
        return rest
