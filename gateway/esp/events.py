"""What an SA table tells its owner. An SA is named by our own SPI, that of its inbound half."""

from dataclasses import dataclass
from enum import Enum


class Limit(Enum):
    """Which limit it was."""

    SECONDS = "seconds"
    INBOUND_BYTES = "inbound bytes"
    OUTBOUND_BYTES = "outbound bytes"


@dataclass(frozen=True, slots=True)
class NearEnd:
    """Nine tenths of a lifetime are used: a client that means to go on rekeys now. Told once."""

    spi: int
    limit: Limit


@dataclass(frozen=True, slots=True)
class Ended:
    """A lifetime is used up: both halves drop all as `Drop.EXPIRED` until `remove`. Told once."""

    spi: int
    limit: Limit


@dataclass(frozen=True, slots=True)
class Removed:
    """A retired SA has had its time of grace and is gone."""

    spi: int


Event = NearEnd | Ended | Removed
