"""Something that takes its time: it is done beside the menu, which meanwhile stays alive."""

import time
from collections.abc import Callable, Sequence
from threading import Thread

from gateway.user.client import DaemonError
from gateway.user.console.model import View, failure

LOOK = 1.0  # seconds between two looks
Lines = Callable[[], Sequence[str]]


class Working:
    """A page that shows how far the work is, and then what came of it.

    Leaving the page does not end the work. `about` tells how far it is.
    """

    def __init__(self, title: str, work: Lines, about: Lines = lambda: ()) -> None:
        self._title = title
        self._about = about
        self._result: Sequence[str] | None = None
        self._began = time.monotonic()
        self._thread = Thread(target=self._do, args=(work,), daemon=True)
        self._thread.start()

    def view(self) -> View:
        if self._result is not None:
            return View(self._title, tuple(self._result))
        seconds = int(time.monotonic() - self._began)
        lines = (*self._about(), f"Under way for {seconds} s ...")
        return View(self._title, lines, refresh=LOOK)

    def wait(self) -> None:
        """Until it is done: for a menu that draws nothing meanwhile."""
        self._thread.join()

    def _do(self, work: Lines) -> None:
        try:
            self._result = work()
        except DaemonError as error:
            self._result = failure(error).lines
