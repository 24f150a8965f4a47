"""What a worker has of a client and of a call, and what it has counted of them. Road code."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from gateway.bridge.classify import PORT_L2TP, PORT_NATT, Kind
from gateway.bridge.shield import Shield
from gateway.bridge.timers import Timed
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.numbers import HEADER, ICV, TRAILER
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES, Suite
from gateway.l2tp.data import Road
from gateway.outputs import SendIp
from gateway.paths import CallCounted, Dropped, LegPath, PptpEnd, Sa, SaCounted
from gateway.pptp.gre import Gre
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_GRE, PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import build_udp
from gateway.wire.words import Word

Place = Callable[[int], Word]
NO_WORD: Final = 0
ANY: Final = bytes(4)  # the kernel puts in the address of the route (raw(7))


class _Half:
    """One SA. `told`: that its lifetime is used up."""

    __slots__ = ("_place", "_told_drops", "_told_packets", "leg", "told")
    inbound: bool
    core: Inbound | Outbound

    def __init__(self, leg: "Leg") -> None:
        self.leg = leg
        self.told = False
        self._place = NO_WORD
        self._told_packets = 0
        self._told_drops = 0

    @property
    def changed(self) -> bool:
        """Whether it has done anything since it was last counted."""
        core = self.core
        return core.packets != self._told_packets or sum(core.drops) != self._told_drops

    def counted(self, last: bool = False) -> SaCounted:
        """All since this worker has it; bytes are those of ESP packets, as the kernel has them."""
        core = self.core
        self._told_packets, self._told_drops = core.packets, sum(core.drops)
        each = HEADER + core.suite.cipher.block + TRAILER + ICV
        return SaCounted(
            self.leg.number,
            core.spi,
            self.inbound,
            core.payload_bytes + each * core.packets,
            core.packets,
            core.window()[0] if isinstance(core, Inbound) else core.sequence,
            core.drops[Drop.REPLAY],
            core.drops[Drop.AUTH],
            last,
            tuple(core.drops),
        )

    def _count_in(self, place: int, word: Place) -> None:
        """From now on its number is in that word."""
        if place != self._place:
            self._place = place
            mine = word(place)
            mine[0] = self.core.word[0]
            self.core.word = mine


class Heard(_Half):
    """What a client sends by. `unsure`: that it has these keys is yet to be told."""

    __slots__ = ("core", "key", "retired", "unsure")
    inbound = True
    core: Inbound

    def __init__(self, leg: "Leg", sa: Sa) -> None:
        super().__init__(leg)
        keymat = sa.cipher_key + sa.digest_key
        self.core = Inbound(sa.spi, suite_of(sa), keymat, sa.soft_bytes)
        self.core.resume(sa.sequence)
        self.key = sa.spi.to_bytes(4, "big")
        self.unsure = sa.soft_packets is not None
        self.retired = sa.retired

    def follow(self, sa: Sa, word: Place) -> None:
        self.retired = sa.retired
        self._count_in(sa.word, word)


class Sent(_Half):
    """What is sent by to a client."""

    __slots__ = ("core",)
    inbound = False
    core: Outbound

    def __init__(self, leg: "Leg", sa: Sa, random: Callable[[int], bytes]) -> None:
        super().__init__(leg)
        keymat = sa.cipher_key + sa.digest_key
        self.core = Outbound(sa.spi, suite_of(sa), keymat, random, sa.soft_bytes)
        self.core.resume(sa.sequence)

    def follow(self, sa: Sa, word: Place) -> None:
        self._count_in(sa.word, word)


class Leg:
    """One client. `way` and `port` are those of its newest packet."""

    def __init__(self, number: int, path: LegPath) -> None:
        self.number = number
        self.heard: dict[int, Heard] = {}  # by our SPI
        self.sends: Sent | None = None
        self.roads: dict[int, Road] = {}  # by our L2TP call id, of calls that are joined
        self.calls: dict[int, Call] = {}
        self.way = b""
        self.port = path.port
        self.follow(path)

    def follow(self, path: LegPath) -> None:
        self.near, self.peer = path.near, path.peer
        self.kind = Kind.ESP_IN_UDP if path.peer.port else Kind.ESP

    def halves(self) -> Iterator[Heard | Sent]:
        yield from self.heard.values()
        if self.sends is not None:
            yield self.sends

    def seal(self, message: bytes) -> list[SendIp | Dropped]:
        """An L2TP message as the packet that goes out."""
        sends = self.sends
        if sends is None:
            return [Dropped(self.number, "no_sa")]
        sealed = sends.core.seal(build_udp(PORT_L2TP, self.port, message))
        if isinstance(sealed, Drop):
            return [Dropped(self.number, sealed.name.lower())]
        there = self.peer
        if not there.port:
            return [SendIp(build_ipv4(self.near, there.host, PROTOCOL_ESP, sealed))]
        segment = build_udp(PORT_NATT, there.port, sealed)
        return [SendIp(build_ipv4(self.near, there.host, PROTOCOL_UDP, segment))]


class Call(Timed):
    """One call at a PPTP server; `leg` and `l2tp`, our id, once frames go across."""

    def __init__(self, number: int, end: PptpEnd) -> None:
        self.number, self.call_id = number, end.call
        self.speaker = b""
        self.gre: Gre | None = None
        self.places: dict[str, int] = {}  # of words, by the field of `gre`
        self.shield: Shield | None = None
        self.leg: Leg | None = None
        self.l2tp = 0
        self.frames_in = self.bytes_in = self.frames_out = self.bytes_out = 0
        self.scheduled: float | None = None  # for Timers
        self._near, self._server = end.near or ANY, end.server
        self._dropped: dict[str, int] = {}
        self._told: CallCounted | None = None

    def deadline(self) -> float | None:
        return None if self.gre is None else self.gre.deadline()

    def packet(self, gre: bytes) -> SendIp:
        return SendIp(build_ipv4(self._near, self._server, PROTOCOL_GRE, gre))

    def count(self, reason: str) -> None:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1

    @property
    def changed(self) -> bool:
        return self._told is None or self._figures() != self._told

    def counted(self, last: bool = False) -> CallCounted:
        self._told = self._figures()
        return replace(self._told, last=last)

    def _figures(self) -> CallCounted:
        drops = dict(self._dropped)
        if self.shield is not None:
            drops |= self.shield.counts
        if self.gre is not None:
            drops |= {f"gre_{why.name.lower()}": count for why, count in self.gre.counts.items()}
        frames = self.frames_in, self.bytes_in, self.frames_out, self.bytes_out
        return CallCounted(self.number, *frames, False, tuple(sorted(drops.items())))


def suite_of(sa: Sa) -> Suite:
    """By the names of its parts, and the length of its key."""
    return next(
        each
        for each in SUITES.values()
        if (each.cipher.name, each.hash.name) == (sa.cipher, sa.digest)
        and each.key_length == len(sa.cipher_key)
    )
