"""pppd and who starts it, as the gateway meets them: a line each way, then frames (RFC 1662)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack

from gateway.ppp.hdlc import Opener, sealed
from tests.pair.peers.ppp_end import PppEnd

CHANNELS = 100  # more than interfaces, whose numbers count from 1


@dataclass
class Run:
    """One connection; `ppp` is there once pppd has been started."""

    request: dict[str, str] = field(default_factory=dict)
    ppp: PppEnd | None = None
    opener: Opener = field(default_factory=Opener)
    frames: list[bytes] = field(default_factory=list)  # all that came, as they came
    passed: list[bytes] = field(default_factory=list)  # and past its line, to the interface
    open: bool = True


@dataclass
class Pppd:
    """`answer` is what a request is told; with "started" PPP begins at once."""

    answer: str = "started"
    runs: dict[int, Run] = field(default_factory=dict)
    ppp: Callable[[int], PppEnd] = lambda number: PppEnd(
        pack("!I", number), bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 1 + number))
    )

    @property
    def run(self) -> Run:
        """The newest."""
        return list(self.runs.values())[-1]

    def accept(self, key: int) -> None:
        self.runs[key] = Run()

    def hear(self, key: int, data: bytes, now: float) -> list[bytes]:
        run = self.runs[key]
        if run.ppp is None:
            run.request = json.loads(data)
            if self.answer != "started":
                return [self.answer.encode() + b"\n"]
            run.ppp = self.ppp(len(self.runs))
            number = len(self.runs)
            started = f"started {number} {CHANNELS + number}\n".encode()
            return [started, *map(sealed, run.ppp.start(now))]
        frames = run.opener.open(data)
        run.frames += frames
        return [sealed(each) for frame in frames for each in run.ppp.receive(frame, now)]

    def of_interface(self, number: int, frame: bytes, now: float) -> list[bytes]:
        """A frame that the kernel has for it, and what it sends by the kernel."""
        run = list(self.runs.values())[number - 1]
        if run.ppp is None or not run.open:
            return []
        run.passed.append(frame)
        return run.ppp.receive(frame, now)
