"""The leg towards a PPTP server: one TCP connection, one call, one GRE path (RFC 2637)."""

from dataclasses import dataclass

from gateway.outputs import CloseTcp, OpenTcp, Output, SendIp, SendTcp
from gateway.pptp.events import CallClosed, CallOpened, Finished, PptpEvent, Send, ServerKnown
from gateway.pptp.gre import Gre
from gateway.pptp.machine import Caller
from gateway.wire.ipv4 import PROTOCOL_GRE, build_ipv4
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Answered:
    """The server has put the call through; frames may go."""

    vendor: str
    peer_call: int


@dataclass(frozen=True, slots=True)
class Ended:
    """No call, or no more. `reason` is a sentence's part; `busy` and `was_open` choose the CDN."""

    reason: str
    was_open: bool
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The connection is closed and everything of the leg may be forgotten."""


LegOutput = Output | Answered | Ended | Gone

ANY = bytes(4)  # the kernel puts in the address of the route (raw(7))
SMALL_WINDOW = 8  # packets: 2 before and 8 since NT 4 SP4 (Q162230, Q167040)
RESULT_BUSY = 4  # Outgoing-Call-Reply, result code (RFC 2637, 2.8)


class PptpLeg:
    """One call to a PPTP server, from the connection to the last acknowledgement."""

    def __init__(
        self,
        key: int,
        caller: Caller,
        call_id: int,
        source: bytes | None,
        server: Endpoint,
        shield: bool = False,
    ) -> None:
        """`shield`: a small window is never exceeded, whatever becomes of the frames."""
        self.shield = shield
        self.key = key
        self.caller = caller
        self.call_id = call_id
        self.peer_call = 0
        self.source = source
        self.server = server
        self.vendor = ""
        self.speaker = b""  # the host that the call's GRE comes from, once it came
        self.gre: Gre | None = None  # there once the call is up
        self.ended = False

    def start(self) -> list[LegOutput]:
        return [OpenTcp(self.key, self.source, self.server)]

    def is_heard_from(self, host: bytes) -> bool:
        """Whether the call's GRE may come from `host`: the first to speak is the server.

        NT answers from the address of its best route, not from the one that was dialled
        (Q169831). Whoever guesses the call id afterwards is not heard.
        """
        if not self.speaker and self.gre is not None:
            self.speaker = host
        return host == self.speaker

    def opened(self, now: float) -> list[LegOutput]:
        """The TCP connection is there."""
        return self._translate(self.caller.start(now), now)

    def receive(self, data: bytes, now: float) -> list[LegOutput]:
        return self._translate(self.caller.receive(data, now), now)

    def closed(self, reason: str, now: float) -> list[LegOutput]:
        """The TCP connection could not be had, or is lost."""
        found = [] if self.ended else [Ended(reason, was_open=self.gre is not None)]
        self.ended = True
        self.caller.lost(now)
        self.gre = None
        return [*found, Gone()]

    def link_up(self, now: float) -> list[LegOutput]:
        """LCP is agreed: old servers are told of the link's options (RFC 2637, 2.15)."""
        return self._translate(self.caller.link_up(now), now)

    def hang_up(self, now: float) -> list[LegOutput]:
        """End the call in the protocol's order; `Gone` follows, at once or soon."""
        self.ended = True
        return self._translate(self.caller.hang_up(now), now)

    def deadline(self) -> float | None:
        times = (self.caller.deadline(), None if self.gre is None else self.gre.deadline())
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[LegOutput]:
        """The control connection's timers; the data path's are `late` and `drain`."""
        return self._translate(self.caller.handle_timeout(now), now)

    def packet(self, gre: bytes) -> SendIp:
        """A GRE packet on its way to the server, from the address that the call was made from."""
        return SendIp(build_ipv4(self.source or ANY, self.server.host, PROTOCOL_GRE, gre))

    def _translate(self, events: list[PptpEvent], now: float) -> list[LegOutput]:
        outputs: list[LegOutput] = []
        for event in events:
            match event:
                case Send(data):
                    outputs.append(SendTcp(self.key, data))
                case ServerKnown(vendor=vendor):
                    self.vendor = vendor
                case CallOpened(peer_call=peer_call, window=window):
                    self.peer_call = peer_call
                    strict = self.shield and window <= SMALL_WINDOW
                    self.gre = Gre(self.call_id, peer_call, window, strict=strict)
                    outputs.append(Answered(self.vendor, peer_call))
                case CallClosed(result=result, reason=reason):
                    busy = self.gre is None and result == RESULT_BUSY
                    if not self.ended:
                        outputs.append(Ended(reason, was_open=self.gre is not None, busy=busy))
                    self.ended, self.gre = True, None
                case Finished():
                    outputs += [CloseTcp(self.key), Gone()]
        return outputs
