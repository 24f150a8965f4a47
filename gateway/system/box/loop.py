"""The box agent's loop: its socket, signals and deadlines. An error costs a turn, not the agent."""

import selectors
from collections.abc import Callable, Sequence
from functools import partial
from signal import SIGHUP
from typing import Protocol

from gateway.system.box.answer import guarded
from gateway.system.clock import now as monotonic_now
from gateway.system.loop import Control, Manager, SignalSource

HOLD = 1.0  # seconds for which a timer rests after it failed


class Timer(Protocol):
    """The configuration's deadline, the lamps."""

    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> None: ...


class Reader(Protocol):
    """Something to be read when there is something: the button."""

    def fileno(self) -> int: ...
    def serve(self, now: float) -> None: ...


class BoxLoop:
    """`run` returns after SIGTERM or SIGINT."""

    def __init__(
        self,
        control: Control,
        signals: SignalSource,
        service: Manager,
        timers: Sequence[Timer],
        tell: Callable[[str], None],
        clock: Callable[[], float] = monotonic_now,
        readers: Sequence[Reader] = (),
    ) -> None:
        self._signals = signals
        self._service = service
        self._timers: tuple[Timer, ...] = (*timers, control, service)
        self._held: dict[int, float] = {}
        self._tell = tell
        self._clock = clock
        self._stopped = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(signals, selectors.EVENT_READ, self._from_signals)
        for reader in (control, *readers):
            self._selector.register(reader, selectors.EVENT_READ, reader.serve)

    def run(self) -> None:
        """Say that we are ready, then work until a signal stops us."""
        self._service.ready(self._clock())
        while not self._stopped:
            self.step()
        self._service.stopping()
        self._selector.close()

    def step(self) -> None:
        """Wait once, and do what has become due by then."""
        for ready, _ in self._selector.select(self._patience()):
            guarded(partial(ready.data, self._clock()), self._tell)
        now = self._clock()
        for number in range(len(self._timers)):
            self._look_at(number, now)

    def _look_at(self, number: int, now: float) -> None:
        timer, due = self._timers[number], self._due(number)
        if due is None or due > now:
            return
        if not guarded(lambda: timer.handle_timeout(now), self._tell)["ok"]:
            self._held[number] = now + HOLD  # or it would fail again at once, for ever

    def _due(self, number: int) -> float | None:
        due = self._timers[number].deadline()
        return None if due is None else max(due, self._held.get(number, due))

    def _patience(self) -> float | None:
        times = [self._due(number) for number in range(len(self._timers))]
        due = min((time for time in times if time is not None), default=None)
        return None if due is None else max(0.0, due - self._clock())

    def _from_signals(self, now: float) -> None:
        """There is nothing to load again: what is in force was told to us."""
        self._stopped = any(number != SIGHUP for number in self._signals.take())
