"""Road code: which hosts and ports inside one client may reach, held on its own data frames.

A frame goes on only if it is an IPv4 packet that can be read to the end of what is judged. So
nothing is carried that hides it: no compressed header (`decline.py` keeps IPCP from agreeing on
one), no encryption between client and server, no other network protocol. Judged is each packet by
itself, by where it goes; what the server sends is not.

Of a fragmented datagram only the fragment at offset 0 has ports, in its first eight bytes, which no
other fragment can write over (its offset is a multiple of eight). So the first is judged whole, and
the others by host and protocol: without the first one the host cannot put them together.
"""

from struct import Struct
from typing import Final, NamedTuple

from gateway.ppp.data import IP
from gateway.ppp.errors import PppError
from gateway.ppp.events import OutOfReach
from gateway.ppp.frame import protocol_of

ICMP, TCP, UDP = 1, 6, 17
WITH_PORTS: Final = frozenset({TCP, UDP})
MORE_FRAGMENTS, OFFSET = 0x2000, 0x1FFF
SMALLEST_FIRST: Final = 8  # bytes of a first fragment behind its header: ports, and a whole block
# IPv4 options that do not lead a packet elsewhere: end, nothing, record route, time, router alert.
# Loose and strict source routes do (RFC 791, 3.1), and so may whatever else there is.
HARMLESS: Final = frozenset({0, 1, 7, 68, 148})
END, NOTHING = 0, 1
MOST_TOLD: Final = 8  # places of one link that the owner is told of; all are counted
MOST_KNOWN: Final = 512  # places found to be good that are remembered
USUAL: Final = b"\xff\x03\x00\x21"
_IP: Final = Struct("!BxHxxHxBxxxxxxI")
_PORT: Final = Struct("!xxH")


class Allowed(NamedTuple):
    """Hosts and ports from the first to the last, both in it; hosts as numbers."""

    first: int
    last: int
    protocol: int
    low: int = 0
    high: int = 0xFFFF


class Confinement:
    """One link. `counts` says what was dropped, by reason."""

    def __init__(self, allowed: tuple[Allowed, ...] = ()) -> None:
        self.counts: dict[str, int] = {}
        self._by_protocol: dict[int, list[Allowed]] = {}
        for one in allowed:
            self._by_protocol.setdefault(one.protocol, []).append(one)
        self._known: set[tuple[int, int, int]] = set()
        self._told: set[tuple[int, int, int]] = set()
        self._news: list[OutOfReach] = []

    def lets(self, frame: bytes) -> bool:
        """Road: whether a data frame of the client may go on; if not, it is counted."""
        if frame[:4] == USUAL:
            at = 4
        else:
            try:
                protocol, at = protocol_of(frame)
            except PppError:
                return self._drop("no_protocol")
            if protocol != IP:
                return self._drop("not_ip")
        room = len(frame) - at
        if room < 20:
            return self._drop("malformed")
        first, total, fragment, protocol, host = _IP.unpack_from(frame, at)
        header = (first & 0x0F) * 4
        if first >> 4 != 4 or header < 20 or not header <= total <= room:
            return self._drop("malformed")
        if header > 20 and not _harmless(frame, at + 20, at + header):
            return self._drop("options")
        port = -1
        if protocol in WITH_PORTS and not fragment & OFFSET:
            if total - header < (SMALLEST_FIRST if fragment & MORE_FRAGMENTS else 4):
                return self._drop("malformed")
            port = _PORT.unpack_from(frame, at + header)[0]
        place = host, protocol, port
        if place in self._known or self._may(place):
            return True
        return self._stray(place)

    def take_news(self) -> list[OutOfReach]:
        """Places that were tried in vain and nobody has been told of yet."""
        news, self._news = self._news, []
        return news

    def _may(self, place: tuple[int, int, int]) -> bool:
        host, protocol, port = place
        for one in self._by_protocol.get(protocol, ()):
            if one.first <= host <= one.last and (port < 0 or one.low <= port <= one.high):
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known.add(place)
                return True
        return False

    def _stray(self, place: tuple[int, int, int]) -> bool:
        if place not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(place)
            host, protocol, port = place
            self._news.append(OutOfReach(host.to_bytes(4, "big"), protocol, max(port, 0)))
        return self._drop("out_of_reach")

    def _drop(self, reason: str) -> bool:
        name = f"confined_{reason}"
        self.counts[name] = self.counts.get(name, 0) + 1
        return False


def _harmless(frame: bytes, at: int, end: int) -> bool:
    """Whether the options of an IPv4 header can be read, and none leads the packet elsewhere."""
    while at < end:
        kind = frame[at]
        if kind not in HARMLESS:
            return False
        if kind == END:
            return True
        if kind == NOTHING:
            at += 1
            continue
        length = frame[at + 1] if at + 1 < end else 0
        if length < 2 or at + length > end:
            return False
        at += length
    return True
