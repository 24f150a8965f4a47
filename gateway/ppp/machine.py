"""The one door for control frames between a client and its server: checked, clamped, seen."""

from gateway.ppp.clamp import Agreed, Clamp
from gateway.ppp.decline import Decliner
from gateway.ppp.errors import PppError
from gateway.ppp.events import Malformed, MruNotClamped, PppEvent, Reply, SendFrame
from gateway.ppp.frame import (
    CONFIGURES,
    Packet,
    build_packet,
    control_frame,
    has_options,
    has_packet,
    parse_packet,
    protocol_of,
)
from gateway.ppp.hold import Hold
from gateway.ppp.late import Late
from gateway.ppp.numbers import DUPLICATE_WITHIN, Code, Protocol
from gateway.ppp.options import parse_options
from gateway.ppp.quirks import PLAIN, Manners
from gateway.ppp.watch import Watch

ANSWERS = frozenset({Code.CONFIGURE_ACK, Code.CONFIGURE_NAK, Code.CONFIGURE_REJECT})
ENDS = frozenset({Code.TERMINATE_REQUEST, Code.TERMINATE_ACK})


class Passage:
    """One link. Ask `frame.is_control` first; data frames need not come here.

    `malformed` and `duplicates` count what was dropped.
    """

    def __init__(
        self,
        mru: int,
        manners: Manners = PLAIN,
        *,
        overhead: int = 0,
        shielded: bool = False,
        readable: bool = False,
    ) -> None:
        """`mru`: the most bytes of information a frame may carry through the tunnel outside;
        `overhead`: how much larger it is on the inside leg. `shielded`: nothing goes on because it
        is asked for again, neither what is declined nor what is under way (hold.py). `readable`:
        the client's data has to be judged, so that none of it is compressed."""
        self._decliner = Decliner(manners, always=shielded, readable=readable)
        self.malformed = self.duplicates = 0
        self.mru = mru
        self._clamp = Clamp(mru, overhead)
        self._watch = Watch()
        self._hold = Hold() if shielded else None
        self._late = Late()
        self._told: set[bool] = set()  # sides whose malformed frames were reported
        self._unclamped: set[bool] = set()
        self._waiting: dict[bool, tuple[bytes, float]] = {}  # each side's unanswered request

    @property
    def server_mru(self) -> int | None:
        """The MRU that the server itself has asked for last; None if it has asked for none."""
        return self._clamp.asked(by_client=False)

    def kept(self) -> tuple[Agreed, Agreed]:
        """What `resume` needs. What passed by and is agreed on needs not be remembered."""
        return self._clamp.kept()

    def resume(self, client: Agreed, server: Agreed) -> None:
        """A link that is up already."""
        self._clamp.resume(client, server)

    def begins_late(self) -> None:
        """The client has not spoken so far, and what goes to it may be lost until it does."""
        self._late.begins()

    def pass_frame(
        self, frame: bytes, from_client: bool, now: float
    ) -> tuple[bytes | None, list[PppEvent]]:
        """What goes on to the other side (None: nothing), and what that tells."""
        try:
            protocol, at = protocol_of(frame)
            packet = _checked(frame, protocol, at) if has_packet(protocol) else None
        except PppError as error:
            return None, self._drop(error, from_client)
        if from_client:
            self._late.spoke()
        if self._hold is not None and protocol != Protocol.LCP:
            self._hold.went_on(from_client)
        if packet is None:
            return frame, []
        declined = self._decliner.see(protocol, packet, from_client)
        if declined is not None:
            answer = frame[:at] + build_packet(declined.packet)
            return None, [Reply(answer, from_client, declined.quirk)]
        if protocol != Protocol.LCP:
            return frame, self._watch.see(frame, from_client, now)
        return self._pass_lcp(frame, at, packet, from_client, now)

    def _pass_lcp(
        self, frame: bytes, at: int, packet: Packet, from_client: bool, now: float
    ) -> tuple[bytes | None, list[PppEvent]]:
        asks = packet.code == Code.CONFIGURE_REQUEST
        if packet.code in ENDS:
            self._late.ended()
        if asks:
            goes_on, instead = self._once(frame, packet, from_client, now)
            if not goes_on:
                self.duplicates += 1
                return None, [*instead, *self._again(from_client)]
        elif packet.code in ANSWERS:
            if from_client and not self._late.answers(packet.identifier):
                self.duplicates += 1
                return None, []
            self._waiting.pop(not from_client, None)
        out = self._clamp.pass_frame(frame, from_client)
        obeyed = out if asks and out is not None else frame
        events = self._watch.see(obeyed, from_client, now)
        if out is not None and self._hold is not None:
            out = self._as_awaited(self._hold, out, at, from_client)
        if asks and not from_client and out is not None:
            self._late.asks(out, packet.identifier)
        events += self._again(from_client)
        return out, [*events, *self._not_clamped(by_client=from_client)]

    def _again(self, from_client: bool) -> list[PppEvent]:
        """What the client has missed, in front of what the server says now."""
        again = None if from_client else self._late.again()
        return [] if again is None else [SendFrame(again, to_client=True)]

    def _once(
        self, frame: bytes, packet: Packet, from_client: bool, now: float
    ) -> tuple[bool, list[PppEvent]]:
        """Whether this request goes on, and what its asker is told instead."""
        if self._hold is None:
            return not self._is_duplicate(frame, from_client, now), []
        goes_on, ack = self._hold.request(packet, from_client, now)
        if ack is None:
            return goes_on, []
        return goes_on, [SendFrame(control_frame(Protocol.LCP, ack), to_client=from_client)]

    def _as_awaited(self, hold: Hold, out: bytes, at: int, from_client: bool) -> bytes:
        packet = parse_packet(out, at)
        if packet.code in ENDS:
            hold.went_on(True)
            hold.went_on(False)
        elif packet.code not in CONFIGURES:
            hold.went_on(from_client)
        elif packet.code in ANSWERS:
            awaited = hold.answer(packet, from_client)
            return out if awaited is packet else out[:at] + build_packet(awaited)
        return out

    def _drop(self, error: PppError, from_client: bool) -> list[PppEvent]:
        self.malformed += 1
        if from_client in self._told:
            return []
        self._told.add(from_client)
        return [Malformed(from_client, str(error))]

    def _is_duplicate(self, frame: bytes, from_client: bool, now: float) -> bool:
        """Whether this very request is under way already and cannot have been answered."""
        before, when = self._waiting.get(from_client, (b"", now))
        if before == frame and now - when < DUPLICATE_WITHIN:
            return True
        self._waiting[from_client] = (frame, now)
        return False

    def _not_clamped(self, by_client: bool) -> list[PppEvent]:
        if by_client in self._unclamped or not self._clamp.refused(by_client):
            return []
        self._unclamped.add(by_client)
        return [MruNotClamped(by_client)]


def _checked(frame: bytes, protocol: int, at: int) -> Packet:
    """A packet whose lengths, and those of its options, are true; else a PppError."""
    packet = parse_packet(frame, at)
    if has_options(protocol, packet):
        parse_options(packet.data)
    return packet
