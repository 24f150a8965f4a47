"""What the room tells: which entries a server has taken, and what is sent to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """One packet for the server."""

    packet: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The entry of that number can be forgotten: the server has it, or will not have it."""

    number: int


@dataclass(frozen=True, slots=True)
class Silent:
    """The server does not answer any more."""


@dataclass(frozen=True, slots=True)
class Answering:
    """It answers again."""


Event = Send | Taken | Silent | Answering
