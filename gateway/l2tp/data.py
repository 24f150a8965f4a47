"""Road code: data messages between the UDP payload and the PPP frame (RFC 2661, 3.1 and 5.4)."""

from struct import Struct

from gateway.l2tp.errors import Drop
from gateway.l2tp.numbers import LENGTH, OFFSET, SEQUENCE, TYPE, VERSION, VERSION_MASK
from gateway.wire.words import Word

SHORTEST = 8  # bytes: a header of six and a PPP protocol
LONGEST = 0xFFFF  # bytes, what the length field can say
BARE, WITH_LENGTH = VERSION, LENGTH | VERSION
WITH_NUMBERS = LENGTH | SEQUENCE | VERSION
_SHAPE = LENGTH | SEQUENCE | OFFSET
_FOUR = Struct("!HHHH")
_SIX = Struct("!HHHHHH")
_U16 = Struct("!H")


class Road:
    """One open call as the road sees it. `tunnel` is ours, the other ids are the peer's."""

    __slots__ = (
        "expected", "gaps", "ns", "peer_call", "peer_tunnel", "sequencing", "tunnel", "word",
    )  # fmt: skip

    def __init__(self, tunnel: int, peer_tunnel: int, peer_call: int, sequencing: bool) -> None:
        self.tunnel = tunnel
        self.peer_tunnel = peer_tunnel
        self.peer_call = peer_call
        self.sequencing = sequencing  # whether we number what we send
        self.ns = 0  # of the next one sent
        self.word: Word = [0]  # the same, kept for a successor
        self.expected: int | None = None  # Ns of the next to come; None until one came
        self.gaps = 0  # numbers that were skipped: frames lost, or late and then dropped

    def is_late(self, ns: int) -> bool:
        """Note a number. PPP must see its frames in order, so one from before is dropped.

        The RFC leaves it to the LNS when to number; we do as soon as the peer does.
        """
        self.sequencing = True
        expected = ns if self.expected is None else self.expected
        ahead = (ns - expected) & 0xFFFF
        if ahead >= 0x8000:
            return True
        self.gaps += ahead
        self.expected = (ns + 1) & 0xFFFF
        return False


def open_data(roads: dict[int, Road], message: bytes) -> tuple[int, bytes] | Drop:
    """Our call id and the PPP frame. The priority bit is no matter here."""
    size = len(message)
    if size < SHORTEST:
        return Drop.SHORT
    flags, first, second, third = _FOUR.unpack_from(message)
    if flags & (TYPE | VERSION_MASK) != VERSION:
        return Drop.BAD_HEADER
    shape = flags & _SHAPE
    if shape == 0:
        tunnel, call, start = first, second, 6
    elif shape == LENGTH:
        if first > size:
            return Drop.BAD_HEADER
        tunnel, call, start, size = second, third, 8, first
    else:
        return _open_long(roads, message, shape)
    road = roads.get(call)
    if road is None or road.tunnel != tunnel:
        return Drop.NO_CALL
    if start >= size:
        return Drop.SHORT
    return call, message[start:size]


def seal_data(roads: dict[int, Road], call: int, frame: bytes) -> bytes | Drop:
    """The UDP payload: with length always, with numbers where the peer wants them."""
    road = roads.get(call)
    if road is None:
        return Drop.NO_CALL
    size = len(frame)
    if size > LONGEST - _SIX.size:
        return Drop.TOO_LONG
    if not road.sequencing:
        return _FOUR.pack(WITH_LENGTH, 8 + size, road.peer_tunnel, road.peer_call) + frame
    ns = road.ns
    road.ns = road.word[0] = (ns + 1) & 0xFFFF
    # "In data messages, Nr is reserved": zero.
    return _SIX.pack(WITH_NUMBERS, 12 + size, road.peer_tunnel, road.peer_call, ns, 0) + frame


def _open_long(roads: dict[int, Road], message: bytes, shape: int) -> tuple[int, bytes] | Drop:
    """A header with numbers or an offset."""
    at, end = 2, len(message)
    needed = 6 + (shape & LENGTH and 2) + (shape & SEQUENCE and 4) + (shape & OFFSET and 2)
    if end < needed:
        return Drop.SHORT
    if shape & LENGTH:
        length = _U16.unpack_from(message, at)[0]
        if length > end:
            return Drop.BAD_HEADER
        end, at = length, at + 2
    tunnel, call = _U16.unpack_from(message, at)[0], _U16.unpack_from(message, at + 2)[0]
    start = needed
    if shape & OFFSET:
        start += _U16.unpack_from(message, needed - 2)[0]
    road = roads.get(call)
    if road is None or road.tunnel != tunnel:
        return Drop.NO_CALL
    if start >= end:
        return Drop.SHORT
    if shape & SEQUENCE and road.is_late(_U16.unpack_from(message, at + 4)[0]):
        return Drop.LATE
    return call, message[start:end]
