"""The one door for control frames between a client and its server: checked, clamped, seen."""

from gateway.ppp.clamp import Clamp
from gateway.ppp.decline import Decliner
from gateway.ppp.errors import PppError
from gateway.ppp.events import Malformed, MruNotClamped, PppEvent, Reply
from gateway.ppp.frame import (
    Packet,
    build_packet,
    has_options,
    has_packet,
    parse_packet,
    protocol_of,
)
from gateway.ppp.numbers import DUPLICATE_WITHIN, Code, Protocol
from gateway.ppp.options import parse_options
from gateway.ppp.quirks import PLAIN, Manners
from gateway.ppp.watch import Watch

ANSWERS = frozenset({Code.CONFIGURE_ACK, Code.CONFIGURE_NAK, Code.CONFIGURE_REJECT})


class Passage:
    """One link. Ask `frame.is_control` first; data frames need not come here.

    `malformed` and `duplicates` count what was dropped.
    """

    def __init__(self, mru: int, manners: Manners = PLAIN) -> None:
        """`mru`: the most bytes of information a frame may carry through the tunnel outside."""
        self._decliner = Decliner(manners)
        self.malformed = self.duplicates = 0
        self._clamp = Clamp(mru)
        self._watch = Watch()
        self._told: set[bool] = set()  # sides whose malformed frames were reported
        self._unclamped: set[bool] = set()
        self._waiting: dict[bool, tuple[bytes, float]] = {}  # each side's unanswered request

    def pass_frame(
        self, frame: bytes, from_client: bool, now: float
    ) -> tuple[bytes | None, list[PppEvent]]:
        """What goes on to the other side (None: nothing), and what that tells."""
        try:
            protocol, at = protocol_of(frame)
            packet = _checked(frame, protocol, at) if has_packet(protocol) else None
        except PppError as error:
            return None, self._drop(error, from_client)
        if packet is None:
            return frame, []
        declined = self._decliner.see(protocol, packet, from_client)
        if declined is not None:
            answer = frame[:at] + build_packet(declined.packet)
            return None, [Reply(answer, from_client, declined.quirk)]
        if protocol == Protocol.LCP and self._is_duplicate(frame, packet, from_client, now):
            self.duplicates += 1
            return None, []
        out = self._clamp.pass_frame(frame, from_client)
        asks = packet.code == Code.CONFIGURE_REQUEST
        obeyed = out if asks and out is not None else frame
        events = self._watch.see(obeyed, from_client, now)
        return out, [*events, *self._not_clamped(by_client=from_client)]

    def _drop(self, error: PppError, from_client: bool) -> list[PppEvent]:
        self.malformed += 1
        if from_client in self._told:
            return []
        self._told.add(from_client)
        return [Malformed(from_client, str(error))]

    def _is_duplicate(self, frame: bytes, packet: Packet, from_client: bool, now: float) -> bool:
        """Whether this request is under way already and cannot have been answered."""
        if packet.code in ANSWERS:
            self._waiting.pop(not from_client, None)
        if packet.code != Code.CONFIGURE_REQUEST:
            return False
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
