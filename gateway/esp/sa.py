"""What both halves of an SA have: a lifetime, and counters for people to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from gateway.esp.errors import BadSpi, Drop
from gateway.esp.numbers import HIGHEST_SPI, LOWEST_SPI
from gateway.esp.suites import Suite
from gateway.wire.words import Word

ENDLESS: Final = 1 << 64  # bytes: more than 2^32 packets can carry


@dataclass(frozen=True, slots=True)
class Counters:
    """One half of an SA as it was when asked. `drops` has the reasons that occurred, by name."""

    spi: int
    direction: str
    suite: str
    packets: int
    payload_bytes: int
    sequence: int
    drops: Mapping[str, int]


class Half:
    """One direction of an SA. The fields are counted up on the road."""

    __slots__ = (
        "drops", "limit", "packets", "payload_bytes", "sequence", "spi", "suite", "word",
    )  # fmt: skip
    direction: ClassVar[str]

    def __init__(self, spi: int, suite: Suite, life_bytes: int | None) -> None:
        if not LOWEST_SPI <= spi <= HIGHEST_SPI:
            raise BadSpi(f"{spi:#x} is reserved or no SPI at all (RFC 2406, 2.1)")
        self.spi = spi
        self.suite = suite
        self.limit = ENDLESS if life_bytes is None else life_bytes  # payload bytes
        self.packets = 0
        self.payload_bytes = 0
        self.sequence = 0  # the last that was sent or let through; the first is 1
        self.drops = [0] * len(Drop)
        # Kept for a successor: the last number sent, or the newest let through.
        self.word: Word = [0]

    @property
    def used(self) -> float:
        """The share of the lifetime in bytes that is gone: 1.0 or more when nothing passes."""
        return self.payload_bytes / self.limit if self.limit > 0 else 1.0

    def expire(self) -> None:
        """From now on every packet is `Drop.EXPIRED`."""
        self.limit = 0

    def counters(self) -> Counters:
        return Counters(
            spi=self.spi,
            direction=self.direction,
            suite=self.suite.name,
            packets=self.packets,
            payload_bytes=self.payload_bytes,
            sequence=self.sequence,
            drops={reason.name: self.drops[reason] for reason in Drop if self.drops[reason]},
        )

    def _drop(self, reason: Drop) -> Drop:
        self.drops[reason] += 1
        return reason
