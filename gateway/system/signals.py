"""Signals as something to read: a handler that does nothing, and a pipe that Python writes to."""

import os
import signal
from types import FrameType, TracebackType

WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


class Signals:
    """The watched signals, from entering the `with` to leaving it. In the main thread only."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> "Signals":
        # A full pipe already says all that a further signal would say.
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _nothing) for number in WATCHED}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        return self._read

    def take(self) -> list[signal.Signals]:
        """The watched signals that came, in order."""
        try:
            numbers = os.read(self._read, 512)
        except BlockingIOError:
            return []
        return [signal.Signals(number) for number in numbers if number in WATCHED]


def _nothing(number: int, frame: FrameType | None) -> None:
    """Python writes the number to the pipe before it calls this."""
