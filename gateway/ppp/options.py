"""Configuration options, of which every Configure packet is a list (RFC 1661, 6)."""

from collections.abc import Iterable
from typing import NamedTuple

from gateway.ppp.errors import BadOption

HEADER = 2  # bytes: kind and length
LONGEST = 0xFF


class Option(NamedTuple):
    """One option, whether or not we know its kind."""

    kind: int
    data: bytes


def parse_options(data: bytes) -> tuple[Option, ...]:
    options = []
    at = 0
    while at < len(data):
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < HEADER or at + length > len(data):
            raise BadOption(f"option {data[at]} of {length} bytes, {len(data) - at} left")
        options.append(Option(data[at], data[at + HEADER : at + length]))
        at += length
    return tuple(options)


def build_options(options: Iterable[Option]) -> bytes:
    """The bytes of a list; ValueError for an option that is too long."""
    parts = []
    for kind, data in options:
        length = HEADER + len(data)
        if length > LONGEST:
            raise ValueError(f"option {kind} of {length} bytes")
        parts.append(bytes((kind, length)) + data)
    return b"".join(parts)


def find_option(options: Iterable[Option], kind: int) -> bytes | None:
    """The data of the first option of this kind."""
    return next((option.data for option in options if option.kind == kind), None)
