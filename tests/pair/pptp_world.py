"""Our calling end and a PPTP server, joined: a stream on a virtual clock, and GRE over `Net`."""

from dataclasses import dataclass, field

from gateway.pptp.events import Finished, PptpEvent, Send
from gateway.pptp.gre import Gre
from gateway.pptp.machine import Caller
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.net import endpoint, seeded
from tests.pair.peers.pptp_server import PptpServer

HERE, THERE = endpoint("192.0.2.1:0"), endpoint("192.0.2.2:0")
OUR_CALL = 0x2222


@dataclass
class Line:
    """A TCP connection without delay: `piece` bytes at a time reach our end."""

    server: PptpServer
    caller: Caller = field(default_factory=lambda: Caller(OUR_CALL, seeded(1)))
    piece: int = 4096
    now: float = 1000.0
    events: list[PptpEvent] = field(default_factory=list)

    def tell(self, events: list[PptpEvent]) -> None:
        """Carry what our end wants sent, and all that follows from it."""
        self.events += events
        for event in events:
            if isinstance(event, Send):
                for answer in self.server.receive(event.data, self.now):
                    self.hear(answer)

    def hear(self, data: bytes) -> None:
        """The server says something."""
        for at in range(0, len(data), self.piece):
            self.tell(self.caller.receive(data[at : at + self.piece], self.now))

    def dial(self) -> "Line":
        self.tell(self.caller.start(self.now))
        return self

    def run(self, seconds: float) -> None:
        """Let our end's timers happen."""
        until = self.now + seconds
        while (due := self.caller.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(self.caller.handle_timeout(self.now))
        self.now = until

    def facts(self) -> list[PptpEvent]:
        return [event for event in self.events if not isinstance(event, Send)]

    @property
    def finished(self) -> bool:
        return isinstance(self.events[-1], Finished)


@dataclass
class GreNode:
    """Our `Gre` as a node of the net, used as the bridge uses it."""

    gre: Gre
    here: Endpoint = HERE
    there: Endpoint = THERE
    got: list[bytes] = field(default_factory=list)

    def say(self, frames: list[bytes], now: float) -> list[Datagram]:
        sealed = [self.gre.seal(frame, now) for frame in frames]
        packets = [packet for packet in sealed if packet is not None]
        return self._out(packets + (self.gre.drain(now) if self.gre.ready else []))

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        self.got += self.gre.open(datagram.payload, 0, len(datagram.payload), now)
        return self._out(self.gre.drain(now) if self.gre.ready else [])

    def handle_timeout(self, now: float) -> list[Datagram]:
        self.got += self.gre.late(now)
        return self._out(self.gre.drain(now))

    def deadline(self) -> float | None:
        return self.gre.deadline()

    def _out(self, packets: list[bytes]) -> list[Datagram]:
        return [Datagram(self.here, self.there, packet) for packet in packets]
