"""The gateway with a clock at every door: what it costs, and nothing of what its peers cost."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from gateway.bridge.gateway import Gateway
from gateway.outputs import Output

DATA = 1000  # bytes: what is longer is nobody's control packet


class Timed(Gateway):
    """`spent` and `longest` are seconds of CPU time: in all, and in one door at one time. `data`
    are the seconds of each long packet since somebody has looked."""

    spent = longest = 0.0
    calls: list[int] | None = None  # while somebody counts: of functions, for each long packet

    @cached_property
    def data(self) -> list[float]:
        return []

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        with self._counted(len(packet)):
            return super().receive_packet(packet, now)

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        with self._counted(len(packet)):
            return super().receive_gre(packet, now)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        with self._counted():
            return super().receive_tcp(key, data, now)

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        with self._counted():
            return super().tcp_opened(key, now)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        with self._counted():
            return super().tcp_closed(key, reason, now)

    def handle_timeout(self, now: float) -> list[Output]:
        with self._counted():
            return super().handle_timeout(now)

    @contextmanager
    def _counted(self, length: int = 0) -> Iterator[None]:
        count = 0

        def note(_: object, what: str, __: object) -> None:
            nonlocal count
            count += what in ("call", "c_call")

        if self.calls is not None and length > DATA:
            sys.setprofile(note)
        start = time.thread_time()
        try:
            yield
        finally:
            took = time.thread_time() - start
            if self.calls is not None and length > DATA:
                sys.setprofile(None)
                self.calls.append(count)
            self.spent += took
            if length > DATA:
                self.data.append(took)
            self.longest = max(self.longest, took)
