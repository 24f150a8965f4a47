"""Road code in `open`: the table of all SAs, found by our own SPI.

An SA here is a pair: the half we receive on and, once it is there, the half we send on. Both go by
the SPI of the first, because that is ours and unique; two clients may well choose the same one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from gateway.esp.errors import BadSpi, Drop
from gateway.esp.events import Ended, Event, Limit, NearEnd, Removed
from gateway.esp.inbound import Inbound
from gateway.esp.numbers import LOOK_CLOSELY, LOOK_EVERY, SOFT_SHARE, SPI
from gateway.esp.outbound import Outbound
from gateway.esp.quirks import GRACE
from gateway.esp.sa import Counters
from gateway.esp.suites import find_suite

SLACK = 64  # entries out of date that are not worth sweeping out
EARLY = 0.2  # of the time between two looks, by which one may come sooner, together with others


@dataclass(slots=True)
class _Pair:
    """The times are seconds on the caller's clock; what has been told is set to None."""

    inbound: Inbound
    outbound: Outbound | None = None
    near: float | None = None  # nine tenths of the lifetime in seconds
    end: float | None = None
    look: float | None = None  # the next look at the byte counters
    gone: float | None = None  # the end of a retired SA's time of grace
    told: set[Limit] = field(default_factory=set)
    noted: float | None = None  # the deadline that stands in the table's heap

    def deadline(self) -> float | None:
        times = (self.near, self.end, self.look, self.gone)
        return min((time for time in times if time is not None), default=None)


class SaTable:
    """`drops` counts the packets no SA could be charged with; each SA counts its own."""

    def __init__(
        self,
        random: Callable[[int], bytes],
        soft_share: float = SOFT_SHARE,
        look_every: float = LOOK_EVERY,
    ) -> None:
        """`soft_share`: of a lifetime, after which its end is announced; whoever has to renew it
        in time takes less, and looks at the byte counters more often."""
        self._random = random
        self._soft, self._look_every = soft_share, look_every
        self._pairs: dict[int, _Pair] = {}
        self._inbound: dict[bytes, Inbound] = {}  # by the four bytes a packet starts with
        self._heap: list[tuple[float, int]] = []  # deadline and own SPI; some are out of date
        self.drops = [0] * len(Drop)

    def open(self, packet: bytes, start: int, end: int, now: float) -> tuple[Inbound, bytes] | Drop:
        """The SA and the UDP segment of the ESP packet `packet[start:end]`, or why not."""
        inbound = self._inbound.get(packet[start : start + SPI])
        if inbound is None:
            reason = Drop.SHORT if end - start < SPI else Drop.NO_SA
            self.drops[reason] += 1
            return reason
        payload = inbound.open(packet, start, end)
        if not isinstance(payload, bytes):
            return payload
        inbound.heard_at = now
        return inbound, payload

    def add_inbound(
        self,
        spi: int,
        suite: str,
        keymat: bytes,
        now: float,
        *,
        life_bytes: int | None = None,
        life_seconds: float | None = None,
    ) -> Inbound:
        """Receive on `spi`, ours, from now on. `life_seconds` counts for both halves."""
        if spi in self._pairs:
            raise BadSpi(f"{spi:#010x} is in use")
        inbound = Inbound(spi, find_suite(suite), keymat, life_bytes)
        pair = self._pairs[spi] = _Pair(inbound)
        if life_seconds is not None:
            pair.near, pair.end = now + self._soft * life_seconds, now + life_seconds
        if life_bytes is not None:
            pair.look = now + self._look_every
        self._inbound[spi.to_bytes(SPI, "big")] = inbound
        self._plan(spi)
        return inbound

    def add_outbound(
        self,
        own_spi: int,
        spi: int,
        suite: str,
        keymat: bytes,
        now: float,
        *,
        life_bytes: int | None = None,
    ) -> Outbound:
        """Send with `spi`, the client's, as the other half of the SA `own_spi`."""
        pair = self._find(own_spi)
        if pair.outbound is not None:
            raise BadSpi(f"{own_spi:#010x} has its outbound half")
        pair.outbound = Outbound(spi, find_suite(suite), keymat, self._random, life_bytes)
        if life_bytes is not None and pair.look is None:
            pair.look = now + self._look_every
        self._plan(own_spi)
        return pair.outbound

    def outbound(self, own_spi: int) -> Outbound | None:
        """The sending half of an SA, if both are there."""
        pair = self._pairs.get(own_spi)
        return pair.outbound if pair else None

    def gone_at(self, own_spi: int) -> float | None:
        """When a retired SA is forgotten; None for one that is not retired."""
        return self._find(own_spi).gone

    def retire(self, own_spi: int, now: float, until: float | None = None) -> None:
        """The client has deleted the SA: send no more, receive what is still under way.

        `until` is when that ends, where it was told before.
        """
        pair = self._find(own_spi)
        if pair.gone is None:
            pair.gone = now + GRACE if until is None else until
        pair.near = pair.end = pair.look = None
        if pair.outbound is not None:
            pair.outbound.expire()
        self._plan(own_spi)

    def remove(self, own_spi: int) -> None:
        """Forget both halves at once."""
        pair = self._find(own_spi)
        _expire(pair)  # somebody may still hold them
        del self._pairs[own_spi]
        del self._inbound[own_spi.to_bytes(SPI, "big")]

    def counters(self) -> list[Counters]:
        """One for every half there is, in the order the SAs came."""
        return [
            half.counters()
            for pair in self._pairs.values()
            for half in (pair.inbound, pair.outbound)
            if half is not None
        ]

    def deadline(self) -> float | None:
        """When `handle_timeout` wants to be called next."""
        while self._heap and not self._stands(*self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def handle_timeout(self, now: float) -> list[Event]:
        """What became due; the byte counters are looked at every `LOOK_EVERY` seconds.

        Near their end they are looked at more often, every `LOOK_CLOSELY`. Who is to be looked at
        soon is looked at now: a thousand SAs shall not wake us two hundred times a second.
        """
        events: list[Event] = []
        for spi in self._take_due(now):
            pair = self._pairs[spi]
            if pair.gone is None:
                events += self._tell(pair, now)
                self._plan(spi)
            else:
                self.remove(spi)
                events.append(Removed(spi))
        return events

    def _take_due(self, now: float) -> list[int]:
        """Whose time has come, in order, and after them those to be looked at soon."""
        found: list[int] = []
        soon = now
        while (due := self.deadline()) is not None and due <= soon:
            _, spi = self._heap[0]
            pair = self._pairs[spi]
            if due > now and due != pair.look:
                break
            heappop(self._heap)
            pair.noted = None
            found.append(spi)
            soon = now + EARLY * self._look_every
        return found

    def _tell(self, pair: _Pair, now: float) -> list[Event]:
        """The limits this SA has come near to or reached, each told once."""
        if pair.end is not None and pair.end <= now:
            return [_finish(pair, Limit.SECONDS)]
        events: list[Event] = []
        if pair.near is not None and pair.near <= now:
            pair.near = None
            events.append(NearEnd(pair.inbound.spi, Limit.SECONDS))
        if pair.look is not None and pair.look <= now + EARLY * self._look_every:
            pair.look = now + self._look_every
            events += _look(pair, self._soft)
            if pair.told and pair.look is not None:
                pair.look = now + min(self._look_every, LOOK_CLOSELY)
        return events

    def _find(self, own_spi: int) -> _Pair:
        if own_spi not in self._pairs:
            raise BadSpi(f"no SA has {own_spi:#010x}")
        return self._pairs[own_spi]

    def _plan(self, own_spi: int) -> None:
        """Enter the deadline of one SA, if it is another one now."""
        pair = self._pairs[own_spi]
        due = pair.deadline()
        if due is not None and due != pair.noted:
            heappush(self._heap, (due, own_spi))
        pair.noted = due
        if len(self._heap) > 2 * len(self._pairs) + SLACK:
            noted = ((pair.noted, spi) for spi, pair in self._pairs.items())
            self._heap = [(due, spi) for due, spi in noted if due is not None]
            heapify(self._heap)

    def _stands(self, due: float, spi: int) -> bool:
        """Whether an entry of the heap is not out of date."""
        pair = self._pairs.get(spi)
        return pair is not None and pair.noted == due


def _look(pair: _Pair, soft_share: float) -> list[Event]:
    used = {Limit.INBOUND_BYTES: pair.inbound.used}
    if pair.outbound is not None:
        used[Limit.OUTBOUND_BYTES] = pair.outbound.used
    limit = max(used, key=lambda each: used[each])
    if used[limit] >= 1.0:
        return [_finish(pair, limit)]
    near = [each for each in used if used[each] >= soft_share and each not in pair.told]
    pair.told.update(near)
    return [NearEnd(pair.inbound.spi, each) for each in near]


def _finish(pair: _Pair, limit: Limit) -> Ended:
    _expire(pair)
    pair.near = pair.end = pair.look = None
    return Ended(pair.inbound.spi, limit)


def _expire(pair: _Pair) -> None:
    pair.inbound.expire()
    if pair.outbound is not None:
        pair.outbound.expire()
