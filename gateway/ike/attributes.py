"""Attributes of a transform, in both their forms (RFC 2408, 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.wire.cursor import Reader

SHORT = 0x8000  # type and value instead of type, length and value
LONGEST_VALUE = 0xFFFF  # bytes


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; a `short` one has a value of exactly two bytes."""

    kind: int
    value: bytes
    short: bool = True

    @property
    def number(self) -> int:
        """The value as a number: in the long form of any length, lifetimes are such."""
        return int.from_bytes(self.value, "big")


def short_attribute(kind: int, number: int) -> Attribute:
    return Attribute(kind, number.to_bytes(2, "big"))


def parse_attributes(message: Reader) -> tuple[Attribute, ...]:
    """All that is left; Truncated if the last one is cut."""
    attributes: list[Attribute] = []
    while message.left:
        kind = message.u16()
        if kind & SHORT:
            attributes.append(Attribute(kind & ~SHORT, message.take(2)))
        else:
            attributes.append(Attribute(kind, message.take(message.u16()), short=False))
    return tuple(attributes)


def build_attributes(attributes: Iterable[Attribute]) -> bytes:
    return b"".join(map(_build_attribute, attributes))


def _build_attribute(attribute: Attribute) -> bytes:
    if not 0 <= attribute.kind < SHORT:
        raise ValueError(f"attribute type {attribute.kind}")
    if not attribute.short:
        head = attribute.kind.to_bytes(2, "big") + len(attribute.value).to_bytes(2, "big")
        return head + attribute.value
    if len(attribute.value) != 2:
        raise ValueError("a short attribute has two bytes of value")
    return (attribute.kind | SHORT).to_bytes(2, "big") + attribute.value
