"""The leg towards a PPTP server: one TCP connection, one call, one GRE path (RFC 2637)."""

from dataclasses import dataclass

from gateway.bridge.inside_leg import Answered, Ended, Gone, LegOutput
from gateway.bridge.timers import Timed
from gateway.outputs import CloseTcp, OpenTcp, Output, SendIp, SendTcp
from gateway.paths import SendFrame
from gateway.pptp.events import CallClosed, CallOpened, Finished, PptpEvent, Send, ServerKnown
from gateway.pptp.gre import Drop, Gre
from gateway.pptp.machine import Caller, Kept
from gateway.wire.ipv4 import PROTOCOL_GRE, build_ipv4
from gateway.wire.udp import Endpoint
from gateway.wire.words import Word

ANY = bytes(4)  # the kernel puts in the address of the route (raw(7))
SMALL_WINDOW = 8  # packets: 2 before and 8 since NT 4 SP4 (Q162230, Q167040)
RESULT_BUSY = 4  # Outgoing-Call-Reply, result code (RFC 2637, 2.8)


class Channel:
    """The kernel numbers and acknowledges GRE: frames go to it as they are. In place of a `Gre`."""

    def __init__(self) -> None:
        self.frames = 0
        self.ready = False
        self.counts: dict[Drop, int] = {}

    def seal(self, frame: bytes, now: float) -> bytes:
        self.frames += 1
        return frame

    def open(self, packet: bytes, start: int, end: int, now: float) -> list[bytes]:
        return []

    def late(self, now: float) -> list[bytes]:
        return []

    def drain(self, now: float) -> list[bytes]:
        return []

    def deadline(self) -> float | None:
        return None


class Worked(Channel):
    """A worker does the call's GRE, and counts in words: it may die, and another goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Word = [0]
        self.heard: Word = [0]
        self.dropped: dict[str, int] = {}  # by reason, as the worker has told


@dataclass(frozen=True, slots=True)
class Called:
    """A call that is up, for whoever takes up its connection; `channel` as `PptpLeg` has it."""

    key: int
    call_id: int
    peer_call: int
    window: int
    source: bytes | None
    server: Endpoint
    shield: bool
    channel: int
    vendor: str
    speaker: bytes
    caller: Kept


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
        channel: int = 0,
        worked: bool = False,
    ) -> None:
        """`shield`: a small window is never exceeded, whatever becomes of the frames. `channel` is
        the key of the kernel's end of the call, or of a worker's (`worked`), 0 if GRE is ours."""
        self.shield = shield
        self.key = key
        self.caller = caller
        self.call_id = call_id
        self.peer_call = 0
        self.source = source
        self.server = server
        self.vendor = ""
        self.speaker = b""  # the host that the call's GRE comes from, once it came
        self.channel = channel
        self.worked = worked
        self.gre: Gre | Channel | None = None  # there once the call is up
        self.window = 0  # the server's, in packets
        self.ended = False

    def resume(self, kept: Called) -> None:
        """A call that is up already; the connection is there."""
        self.peer_call, self.vendor, self.speaker = kept.peer_call, kept.vendor, kept.speaker
        self.caller.resume(kept.caller)
        self._open(kept.window)

    def kept(self) -> Called | None:
        """What `resume` needs; None while there is no call."""
        if self.gre is None:
            return None
        return Called(
            key=self.key,
            call_id=self.call_id,
            peer_call=self.peer_call,
            window=self.window,
            source=self.source,
            server=self.server,
            shield=self.shield,
            channel=0 if self.worked else self.channel,
            vendor=self.vendor,
            speaker=self.speaker,
            caller=self.caller.kept(),
        )

    @property
    def called(self) -> str:
        return str(self.server)

    @property
    def kind(self) -> str:
        return "PPTP"

    @property
    def encryption(self) -> str:
        return "clear"

    @property
    def speaks_late(self) -> bool:
        return False

    @property
    def is_up(self) -> bool:
        return self.gre is not None

    @property
    def shared(self) -> Timed | None:
        return None

    def take_back(self, speaker: bytes) -> None:
        """GRE is ours from now on, and comes from that host."""
        sent = self.gre.frames if isinstance(self.gre, Channel) else 0
        self.channel, self.speaker = 0, speaker
        self.gre = self._new_gre(sent)

    def take_over(self) -> None:
        """No worker has the call any more: GRE is ours, behind the numbers in the words."""
        worked, self.channel, self.worked = self.gre, 0, False
        if isinstance(worked, Worked):
            self.gre = self._new_gre()
            self.gre.resume(worked.sent[0], worked.heard[0])

    @property
    def strict(self) -> bool:
        return self.shield and self.window <= SMALL_WINDOW

    def _new_gre(self, first: int = 0) -> Gre:
        window, strict = self.window, self.strict
        return Gre(self.call_id, self.peer_call, window, first=first, strict=strict)

    def start(self, now: float) -> list[LegOutput]:
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

    def abandon(self, now: float) -> list[Output]:
        """A last word, and the connection closes behind it: the call ends with either."""
        said = [output for output in self.hang_up(now) if isinstance(output, SendTcp)]
        return [*said, CloseTcp(self.key)]

    def deadline(self) -> float | None:
        times = (self.caller.deadline(), self.road_deadline())
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[LegOutput]:
        return self._translate(self.caller.handle_timeout(now), now)

    def drops(self) -> dict[str, int]:
        if isinstance(self.gre, Worked):
            return {name: count for name, count in self.gre.dropped.items() if count}
        counts = {} if self.gre is None else self.gre.counts
        return {f"gre_{reason.name.lower()}": count for reason, count in counts.items()}

    # the road

    def open(self, packet: bytes, start: int, end: int, now: float) -> list[bytes]:
        """The frames that a GRE packet of the server's call, in `packet[start:end]`, lets out."""
        return [] if self.gre is None else self.gre.open(packet, start, end, now)

    def send(self, frame: bytes, now: float) -> list[Output]:
        gre = self.gre
        if gre is None:
            return []
        sealed = gre.seal(frame, now)
        found: list[Output] = [] if sealed is None else [self.packet(sealed)]
        return found + self.drain(now) if gre.ready else found

    def late(self, now: float) -> list[bytes]:
        return [] if self.gre is None else self.gre.late(now)

    def drain(self, now: float) -> list[Output]:
        return [] if self.gre is None else [self.packet(each) for each in self.gre.drain(now)]

    def road_deadline(self) -> float | None:
        return None if self.gre is None else self.gre.deadline()

    @property
    def has_more(self) -> bool:
        """Whether `drain` has something to give at once."""
        return self.gre is not None and bool(self.gre.ready)

    def packet(self, gre: bytes) -> SendIp | SendFrame:
        """A GRE packet on its way to the server, from the address that the call was made from."""
        if self.channel:
            return SendFrame(self.channel, gre)
        return SendIp(build_ipv4(self.source or ANY, self.server.host, PROTOCOL_GRE, gre))

    def _open(self, window: int) -> None:
        self.window = window
        if self.worked:
            self.gre = Worked()
        else:
            self.gre = Channel() if self.channel else self._new_gre()

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
                    self._open(window)
                    outputs.append(Answered(self.vendor, peer_call))
                case CallClosed(result=result, reason=reason):
                    busy = self.gre is None and result == RESULT_BUSY
                    if not self.ended:
                        outputs.append(Ended(reason, was_open=self.gre is not None, busy=busy))
                    self.ended, self.gre = True, None
                case Finished():
                    outputs += [CloseTcp(self.key), Gone()]
        return outputs
