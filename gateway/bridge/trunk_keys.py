"""The security associations of one trunk: which are there, which one sends, which may go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import Counters, Pair
from gateway.esp.errors import Drop as EspDrop
from gateway.esp.machine import SaTable
from gateway.esp.quirks import life_bytes
from gateway.ike.events import PairReady

if TYPE_CHECKING:
    from gateway.bridge.trunk import Trunk


@dataclass(slots=True)
class Keyring:
    """What all trunks share. `ports`: by server, what it takes as its own port in selectors."""

    sas: SaTable
    by_spi: dict[int, tuple["Trunk", Pair]] = field(default_factory=dict)  # our SPI
    ports: dict[bytes, int] = field(default_factory=dict)


class TrunkKeys:
    """`settled`: there is no older pair beside the newest that could be done without."""

    def __init__(self, ring: Keyring, drops: Counters, changed: Callable[[], None]) -> None:
        """`changed` is called whenever pairs come or go, or another one sends."""
        self.ring = ring
        self.pairs: dict[int, Pair] = {}  # by our SPI, the newest last
        self.current: Pair | None = None  # the one that sends
        self.settled = True
        self._drops, self._changed = drops, changed

    def add(self, owner: "Trunk", event: PairReady, now: float) -> None:
        """New keys: they are heard at once, and send when they are confirmed."""
        kilobytes = event.life_kilobytes
        limit = None if kilobytes is None else life_bytes(kilobytes)
        spi, suite, sas = event.spi_in, event.suite, self.ring.sas
        inbound = sas.add_inbound(
            spi, suite, event.keymat_in, now, life_bytes=limit, life_seconds=event.life_seconds
        )
        outbound = sas.add_outbound(
            spi, event.spi_out, suite, event.keymat_out, now, life_bytes=limit
        )
        pair = Pair(event.sa, suite, inbound, outbound, Kind.ESP)
        pair.keymat_in, pair.keymat_out = event.keymat_in, event.keymat_out
        pair.until = now + event.life_seconds
        self.settled = not self.pairs
        self.pairs[spi] = pair
        self.ring.by_spi[spi] = (owner, pair)
        self._changed()

    def confirm(self, spi: int) -> None:
        """The server has the pair too: it sends from now on."""
        self.pairs[spi].confirmed = True
        self.current = self.pairs[spi]
        self._changed()

    def is_newest(self, pair: Pair) -> bool:
        return pair is next(reversed(self.pairs.values()), None)

    def older(self) -> list[int]:
        """The SPIs of all but the newest that are not deleted yet."""
        spis = [spi for spi, pair in self.pairs.items() if not pair.retired]
        return [spi for spi in spis if not self.is_newest(self.pairs[spi])]

    def retire(self, spi: int, now: float) -> None:
        """The pair was deleted: it is heard for a while, and the newest that is left sends."""
        pair = self.pairs[spi]
        if not pair.retired:
            pair.retired = True
            self.ring.sas.retire(spi, now)
            self._choose(pair)
            self._changed()

    def forget(self, spis: Iterable[int]) -> None:
        """Not even heard any more; their SAs are gone from the table."""
        for spi in spis:
            pair = self.pairs.pop(spi)
            pair.retired = True
            del self.ring.by_spi[spi]
            self._choose(pair)
        self._changed()

    def remove_all(self) -> None:
        for spi in self.pairs:
            self.ring.sas.remove(spi)
        self.forget(list(self.pairs))

    def seal(self, segment: bytes) -> bytes | None:
        """Road: a UDP segment as an ESP packet, or None (counted)."""
        pair = self.current
        if pair is None:
            self._drops.count("no_sa")
            return None
        if pair.held_by:
            self._drops.count("handover")  # how far the kernel has counted is not known yet
            return None
        sealed = pair.outbound.seal(segment)
        if isinstance(sealed, EspDrop):
            self._drops.count(sealed.name.lower())
            return None
        return sealed

    def counted_drops(self) -> dict[str, int]:
        """By reason, of all the pairs there are."""
        found: dict[str, int] = {}
        for pair in self.pairs.values():
            for half in (pair.inbound, pair.outbound):
                for name, count in half.counters().drops.items():
                    found[name.lower()] = found.get(name.lower(), 0) + count
        return found

    def _choose(self, gone: Pair) -> None:
        if self.current is gone:
            living = [each for each in self.pairs.values() if each.confirmed and not each.retired]
            self.current = living[-1] if living else None
