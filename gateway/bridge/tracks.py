"""What the bridge remembers of a leg, a trunk or a session that the kernel has to do with."""

from typing import TYPE_CHECKING, Protocol

from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.local_leg import LocalLeg
from gateway.bridge.paths import Handover
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session_states import State
from gateway.bridge.trunk import Trunk
from gateway.outputs import SendIp
from gateway.paths import CallPath, LegPath, SaCounted, worker_of
from gateway.wire.udp import Endpoint

if TYPE_CHECKING:
    from gateway.bridge.session import Session

JUMP = 64  # sequence numbers left out when an SA sends again: see system/kernel_legs.py
KERNEL, WORKER, USER = "kernel", "worker", "user"
NOT_THROUGH = "PPP is not through yet"
KEYLESS = "there are no keys towards the server"
UNSETTLED = "the client has no keys, or has moved and not spoken from there"


class Stray:
    """An authentic packet from elsewhere, until the kernel has said whether it is the newest."""

    __slots__ = ("again", "sequence", "spi", "there")

    def __init__(self, spi: int, sequence: int, there: Endpoint, again: SendIp) -> None:
        self.spi, self.sequence, self.there, self.again = spi, sequence, there, again


class Changes(Protocol):
    def add(self, track: "LegTrack | TrunkTrack | CallTrack", /) -> None: ...


class LegTrack:
    """One leg that the kernel carries. `asked` is what it was last asked for."""

    def __init__(
        self,
        number: int,
        virtual: bytes,
        leg: ClientLeg,
        changes: Changes,
        by_words: bool = False,
    ) -> None:
        """`by_words`: a worker is to have it, and what it counts is in words."""
        self.number, self.virtual, self.leg, self.by_words = number, virtual, leg, by_words
        self.asked: LegPath | None = None
        self.handovers: dict[int, Handover] = {}  # by our SPI
        self.pairs: dict[tuple[int, bool], Pair] = {}  # by SPI and "inbound": what the kernel has
        self.counted: dict[tuple[int, bool], tuple[int, int, int, int]] = {}
        self.heard: dict[int, int] = {}  # by our SPI: the newest number the kernel has let in
        self.tunnel = 0  # whose calls are joined
        self.place: tuple[bytes, Endpoint] | None = None  # the one from which all is its own
        self.mapped = True  # whether what comes from its place goes past the queue
        self.doubted = float("-inf")  # when that was last in doubt
        self.stray: Stray | None = None
        self.dropped: dict[tuple[int, bool], tuple[int, ...]] = {}  # as a worker counts
        self.inherited = False  # an earlier process has asked for it, and we have not
        self._changes = changes

    def changed(self) -> None:
        self._changes.add(self)


class TrunkTrack:
    """One way to a native server that the kernel carries; the fields are as a leg's.

    Its number and its virtual address are of the same kind as those of clients.
    """

    def __init__(self, number: int, virtual: bytes, trunk: Trunk, changes: Changes) -> None:
        self.number, self.virtual, self.trunk = number, virtual, trunk
        self.asked: LegPath | None = None
        self.handovers: dict[int, Handover] = {}  # by our SPI
        self.pairs: dict[tuple[int, bool], Pair] = {}  # by SPI and "inbound": what the kernel has
        self.counted: dict[tuple[int, bool], tuple[int, int, int, int]] = {}
        self._changes = changes

    def changed(self) -> None:
        self._changes.add(self)


class CallTrack:
    """One session's way to one server. `why` is why the kernel does not carry it, if it does not.

    `key` is 0 if the kernel can have nothing of it.
    """

    def __init__(
        self, session: "Session", inside: InsideLeg, why: str, insists: bool, changes: Changes
    ) -> None:
        self.session, self.inside = session, inside
        self.key = key_of(inside)
        self.why = why
        self.insists = insists  # the kernel or nobody
        self.told = False  # who carries it
        self.joined = False
        self.heard = False  # a frame has come by the kernel's channel
        self.inherited = False  # as of a leg
        self.asked: CallPath | None = None
        self.counted = (0, 0, 0, 0)
        self.dropped: dict[str, int] = {}  # as a worker has told
        self.over: float | None = None  # since when what is to be told waits for the last figures
        self._changes = changes

    @property
    def by_words(self) -> bool:
        """Its GRE is a worker's."""
        return isinstance(self.inside, PptpLeg) and self.inside.worked

    @property
    def living(self) -> bool:
        """Whether the session still goes this way."""
        return self.session.track is self and self.session.state is not State.CLOSING

    def changed(self) -> None:
        self._changes.add(self)

    def part(self, why: str) -> None:
        """It is joined no more; if there is no `why`, it may be again."""
        self.joined, self.why, self.told = False, why, False
        self.changed()

    def over_at(self, now: float) -> bool:
        """The session is over; what it has carried the kernel has yet to say."""
        if not self.joined:
            return False
        self.over = now
        return True


def take_half_back(track: LegTrack | TrunkTrack, pair: Pair, event: SaCounted) -> bool:
    """The kernel has a half of this pair no more, and it goes on here from where it stood. True if
    the kernel has nothing of the pair any more."""
    spi = pair.inbound.spi
    del track.pairs[event.spi, event.inbound]
    track.counted.pop((event.spi, event.inbound), None)
    if event.inbound:
        pair.inbound.resume(event.sequence)
    elif spi in track.handovers:
        handover = track.handovers[spi]
        handover.sent = max(handover.sent, pair.outbound.sequence) + JUMP
        track.changed()
    if (spi, True) in track.pairs or (pair.outbound.spi, False) in track.pairs:
        return False
    pair.held_by = 0
    track.handovers.pop(spi, None)
    return True


def key_of(inside: InsideLeg) -> int:
    """The number by which the kernel has or may have a call; 0 if it cannot."""
    match inside:
        case PptpLeg(channel=channel):
            return channel
        case L2tpLeg(key=key) | LocalLeg(key=key):
            return key
    return 0


def is_through(session: "Session") -> bool:
    """Whether what has to be watched of PPP has passed."""
    return bool(session.client_ip) and not session.holding


def is_settled(leg: ClientLeg, workers: int = 0) -> bool:
    """It has keys, and it is known where it is."""
    return leg.current is not None and is_at_one_place(leg, workers)


def is_at_one_place(leg: ClientLeg, workers: int = 0) -> bool:
    """The kernel sends to one place only; and of several workers all of it is one's."""
    if workers and len({worker_of(spi, workers) for spi in leg.pairs}) > 1:
        return False
    return leg.place.separate or not leg.place.doubtful


def is_ready(inside: InsideLeg) -> bool:
    """Whether there are keys towards a native server, none of which the kernel is giving back."""
    if not isinstance(inside, L2tpLeg):
        return True
    trunk = inside.trunk
    held = (pair.held_by for pair in trunk.keys.pairs.values())
    return trunk.keys.current is not None and (trunk.track is not None or not any(held))


def is_ripe(track: CallTrack, workers: int = 0) -> bool:
    """All that has to be seen has passed, and both ends are where the kernel can be told to go."""
    session = track.session
    settled = is_settled(session.leg, workers)
    return is_through(session) and settled and is_ready(track.inside)


def carried_by(session: "Session") -> tuple[str, str]:
    """Kernel or user; and if user, why."""
    track = session.track
    if not isinstance(track, CallTrack):
        return USER, ""
    if track.joined:
        return WORKER if track.by_words else KERNEL, ""
    if track.why or not is_through(session):
        return USER, track.why or NOT_THROUGH
    return USER, UNSETTLED if is_ready(track.inside) else KEYLESS
