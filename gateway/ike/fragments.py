"""Messages cut to pieces by IKE itself, as Windows does (MS-IKEE 2.2.3.1, 3.3.5.3 and 3.3.6.1).

Certificates make a message longer than a packet, and many NATs drop IP's own fragments. A piece is
a message in the clear with one payload; what the pieces hold, one after the other, is the whole
message with its own header. Nothing vouches for a piece. So they are taken only from who knows both
cookies of a phase 1, the room they take is bounded, and none is kept longer than 90 seconds.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from gateway.ike.errors import BadPayload
from gateway.ike.events import IkeEvent, Send
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.numbers import FLAG_ENCRYPTION, HEADER, PORT_NATT, Kind
from gateway.ike.payloads import Payload, build_chain, parse_chain
from gateway.ike.phase1 import Phase1
from gateway.wire.cursor import Reader
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Datagram, Endpoint

LONGEST_WAIT: Final = 90.0  # seconds from the first piece of a message to the last
MOST_PIECES: Final = 64  # of one message; up to 29 have been seen (libreswan)
LONGEST_MESSAGE: Final = 24_576  # bytes: a chain of certificates, and room to spare
MOST_UNDER_WAY: Final = 2  # messages of one phase 1; a third one takes the place of the first
MOST_BYTES: Final = 1 << 21  # in all
MOST_BYTES_OF_SOURCE: Final = MOST_BYTES // 8  # from one address: 60 clients behind one NAT
PIECE_COSTS: Final = 128  # bytes more than it holds, as far as the limits are concerned
SMALL: Final = 576  # bytes of an IP packet with a piece: what Windows sends, and all let through
_IP_HEADER: Final = 20
_MARKER: Final = 4
_LAST: Final = 1  # flag
_FIXED: Final = 4  # bytes before the data: identifier, number, flags
_MOST_IDS: Final = 0xFFFF

Key = tuple[int, int]  # the handle of a phase 1, and the message's own identifier


@dataclass(frozen=True, slots=True)
class Piece:
    """The body of a fragment payload."""

    identifier: int
    number: int  # counted from 1
    last: bool
    data: bytes = field(repr=False)


def parse_piece(header: Header, body: bytes) -> Piece:
    """BadPayload unless the piece is alone in its message."""
    payloads = parse_chain(Reader(body), header.first)
    if len(payloads) != 1 or payloads[0].kind != Kind.FRAGMENT:
        raise BadPayload("a piece that is not alone in its message")
    reader = Reader(payloads[0].body)
    identifier, number, flags = reader.u16(), reader.u8(), reader.u8()
    data = reader.rest()
    if not 1 <= number <= MOST_PIECES or not data:
        raise BadPayload(f"piece {number} of {len(data)} bytes")
    return Piece(identifier, number, bool(flags & _LAST), data)


def build_piece(header: Header, piece: Piece) -> bytes:
    """A whole message with the piece in it."""
    fixed = piece.identifier.to_bytes(2, "big") + bytes((piece.number, _LAST * piece.last))
    head = replace(header, first=int(Kind.FRAGMENT), flags=header.flags & ~FLAG_ENCRYPTION)
    return build_message(head, build_chain([Payload(Kind.FRAGMENT, fixed + piece.data)]))


@dataclass(slots=True, eq=False)
class Gathering:
    """One message of which some pieces are there; `due` is when they are thrown away."""

    key: Key
    source: bytes  # the address from which its phase 1 was begun: a piece may name any
    due: float
    pieces: dict[int, bytes] = field(default_factory=dict, repr=False)
    last: int | None = None  # the number of the last piece
    size: int = 0  # bytes

    @property
    def cost(self) -> int:
        return self.size + PIECE_COSTS * (1 + len(self.pieces))

    @property
    def whole(self) -> bytes | None:
        if self.last is None or len(self.pieces) != self.last:
            return None
        return b"".join(self.pieces[number] for number in range(1, self.last + 1))

    def add(self, piece: Piece) -> bool:
        """Whether the pieces can still become one message; one that is there is passed over."""
        if piece.number in self.pieces:
            return True
        twice = piece.last and self.last is not None
        last = piece.number if piece.last else self.last
        highest = max([piece.number, *self.pieces])
        if twice or (last is not None and highest > last):
            return False
        self.pieces[piece.number], self.last = piece.data, last
        self.size += len(piece.data)
        return self.size <= LONGEST_MESSAGE


class SetTimer(Protocol):
    """`Timers.set`, as far as it is needed here."""

    def __call__(self, key: Gathering, when: float | None, /) -> None: ...


class Fragments:
    """Pieces that came, and messages to be cut."""

    def __init__(self, set_timer: SetTimer) -> None:
        self._set_timer = set_timer
        self.bytes = 0  # in all, as the limits count
        self._under_way: dict[Key, Gathering] = {}  # the oldest first
        self._of_source: Counter[bytes] = Counter()
        self._identifier = 0

    def __len__(self) -> int:
        return len(self._under_way)

    def take(
        self, phase: Phase1, datagram: Datagram, header: Header, body: bytes, now: float
    ) -> Datagram | None:
        """With the last piece of a message the whole of it, as if it had come in one."""
        piece = parse_piece(header, body)
        key = phase.sa, piece.identifier
        gathering = self._under_way.get(key)
        if gathering is None:
            gathering = self._begin(key, phase.opened_from.host, now)
        before = gathering.cost
        fits = gathering.add(piece)
        self._count(gathering.source, gathering.cost - before)
        if not fits:
            self.forget(gathering)
            raise BadPayload("pieces that do not make one message")
        whole = gathering.whole
        if whole is None:
            self._make_room(gathering)
            return None
        self.forget(gathering)
        if phase.fragments:
            phase.whole = SMALL  # what cannot come in one may not arrive in one either
        return _as_one(datagram, header, whole)

    def forget(self, gathering: Gathering) -> None:
        if self._under_way.pop(gathering.key, None) is not None:
            self._count(gathering.source, -gathering.cost)
            self._set_timer(gathering, None)

    def cut(self, events: list[IkeEvent], phases: Mapping[bytes, Phase1]) -> list[IkeEvent]:
        """The events with every message in pieces that is too long for its client."""
        return [part for event in events for part in self._parts(event, phases)]

    def _parts(self, event: IkeEvent, phases: Mapping[bytes, Phase1]) -> Iterable[IkeEvent]:
        if not isinstance(event, Send):
            return (event,)
        phase = phases.get(event.message[:16])
        around = _around(event.source)
        if phase is None or not phase.fragments or around + len(event.message) <= phase.whole:
            return (event,)
        return self._pieces_of(event, SMALL - around - HEADER - 4 - _FIXED)

    def _pieces_of(self, event: Send, room: int) -> Iterator[Send]:
        self._identifier = self._identifier % _MOST_IDS + 1
        message = event.message
        header, _ = parse_header(message)
        starts = range(0, len(message), room)
        for number, start in enumerate(starts, start=1):
            data = message[start : start + room]
            piece = Piece(self._identifier, number, number == len(starts), data)
            yield replace(event, message=build_piece(header, piece))

    def _begin(self, key: Key, source: bytes, now: float) -> Gathering:
        same = [one for one in self._under_way.values() if one.key[0] == key[0]]
        for old in same[: len(same) + 1 - MOST_UNDER_WAY]:
            self.forget(old)
        gathering = Gathering(key, source, now + LONGEST_WAIT)
        self._under_way[key] = gathering
        self._count(source, gathering.cost)
        self._set_timer(gathering, gathering.due)
        return gathering

    def _make_room(self, newest: Gathering) -> None:
        """The oldest of the source goes where that has too much, and the oldest of all others."""
        while self._of_source[newest.source] > MOST_BYTES_OF_SOURCE:
            self.forget(
                next(one for one in self._under_way.values() if one.source == newest.source)
            )
        while self.bytes > MOST_BYTES:
            self.forget(next(iter(self._under_way.values())))

    def _count(self, source: bytes, more: int) -> None:
        self.bytes += more
        self._of_source[source] += more
        if not self._of_source[source]:
            del self._of_source[source]


def _as_one(datagram: Datagram, header: Header, message: bytes) -> Datagram:
    """BadPayload if what the pieces have made is of another exchange, or a piece itself."""
    mine = header.cookie_i + header.cookie_r
    if message[:16] != mine or message[16:17] == bytes((Kind.FRAGMENT,)):
        raise BadPayload("pieces of a message that is not of this exchange")
    return datagram._replace(payload=message)


def _around(source: Endpoint) -> int:
    """Bytes of a packet round a message from there."""
    return _IP_HEADER + UDP_HEADER + (_MARKER if source.port == PORT_NATT else 0)
