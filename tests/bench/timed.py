"""The gateway with a clock at every door: what it costs, and nothing of what its peers cost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.bridge.gateway import Gateway
from gateway.outputs import Output


class Timed(Gateway):
    """`spent` and `longest` are seconds of CPU time: in all, and in one door at one time."""

    spent = longest = 0.0

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        with self._counted():
            return super().receive_packet(packet, now)

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        with self._counted():
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
    def _counted(self) -> Iterator[None]:
        start = time.thread_time()
        try:
            yield
        finally:
            took = time.thread_time() - start
            self.spent += took
            self.longest = max(self.longest, took)
