"""A machine with a PPTP server on it: TCP, GRE and the PPP end of every call, as one node."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import pack, unpack_from

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.pptp_server import GreServer, PptpServer

FIRST_CALL = 0x1110
STARTING = 3 / 64  # seconds until a server's PPP speaks: its reply is not overtaken by that


@dataclass
class Line:
    """One TCP connection and the call on it; `gre` and `ppp` are there once it is answered."""

    key: int
    pptp: PptpServer
    gre: GreServer | None = None
    ppp: PppEnd | None = None
    open: bool = True


@dataclass
class InsideServer:
    """`tcp` is what a caller's connection meets: "open", "refused", "silent", or the words of
    `system/tcp.py` for what Linux has said at once.

    `pptp` and `ppp` make the ends of one more call; the number counts calls from 1.
    """

    here: Endpoint
    gateway: Endpoint
    pptp: Callable[[int], PptpServer] = lambda number: PptpServer(FIRST_CALL + number, window=64)
    ppp: Callable[[int], PppEnd] = lambda number: PppEnd(
        pack("!I", number), bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 1 + number))
    )
    tcp: str = "open"
    lines: list[Line] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)  # all that came in GRE, as they came
    connected: list[float] = field(default_factory=list)  # when each connection was opened

    @property
    def line(self) -> Line:
        """The newest."""
        return self.lines[-1]

    @property
    def errors(self) -> list[str]:
        found = [error for line in self.lines for error in line.pptp.errors]
        return found + [error for line in self.lines if line.gre for error in line.gre.errors]

    def accept(self, key: int) -> Line:
        line = Line(key, self.pptp(len(self.lines) + 1))
        self.lines.append(line)
        return line

    def hear(self, line: Line, data: bytes, now: float) -> list[bytes]:
        """What the caller said on TCP, and the answers. With a call PPP begins, soon."""
        answers = line.pptp.receive(data, now)
        if line.gre is None and line.pptp.peer and line.pptp.result == 1:
            line.gre = GreServer(self.here, self.gateway, line.pptp.peer, window=line.pptp.window)
            line.ppp = self.ppp(len(self.lines))
            line.ppp.due = now + STARTING
        return answers

    def say(self, line: Line, frames: Iterable[bytes]) -> list[Datagram]:
        assert line.gre is not None
        return line.gre.say(frames)

    def send_data(self, line: Line, protocol: int, payload: bytes) -> list[Datagram]:
        assert line.ppp is not None
        return self.say(line, [line.ppp.say(protocol, payload)])

    # the door

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        call = unpack_from("!H", datagram.payload, 6)[0]
        for line in self.lines:
            if line.pptp.call == call and line.gre is not None and line.ppp is not None:
                return self.hear_gre(line, datagram, now)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        return [each for line in self.lines for each in self.handle_line(line, now)]

    # one line of it

    def hear_gre(self, line: Line, datagram: Datagram, now: float) -> list[Datagram]:
        assert line.gre is not None
        assert line.ppp is not None
        line.gre.receive(datagram, now)
        frames, line.gre.got = line.gre.got, []
        self.frames += frames
        return line.gre.say([each for frame in frames for each in line.ppp.receive(frame, now)])

    def handle_line(self, line: Line, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        if line.gre is not None and _due(line.gre.deadline(), now):
            found += line.gre.handle_timeout(now)
        if line.gre is not None and line.ppp is not None and _due(line.ppp.deadline(), now):
            found += line.gre.say(line.ppp.handle_timeout(now))
        return found

    def deadline(self) -> float | None:
        cores = [core for line in self.lines for core in (line.gre, line.ppp) if core is not None]
        times = (core.deadline() for core in cores)
        return min((time for time in times if time is not None), default=None)


def _due(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
