"""Packets of a source that never became a dial: what they were, counted by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

IKE_2: Final = "ikev2"
UNKNOWN_IKE: Final = "ike"  # of an exchange that the gateway has no part in
NOT_IKE: Final = "not-ike"
ESP: Final = "esp"  # under keys that the gateway does not have
KINDS: Final = {
    IKE_2: "IKE version 2",
    UNKNOWN_IKE: "IKE of an exchange that is over",
    NOT_IKE: "something that is no IKE",
    ESP: "ESP under keys that are over",
}
STRANGE: Final = (IKE_2, NOT_IKE)  # from what is no L2TP/IPsec client of the old kind


@dataclass(frozen=True, slots=True)
class Visit:
    """`host` is four bytes; `last` is on the gateway's clock."""

    host: bytes
    last: float
    counts: Mapping[str, int] = field(default_factory=dict)  # by kind

    def count(self, *kinds: str) -> int:
        return sum(self.counts.get(kind, 0) for kind in kinds)

    def words(self, *kinds: str) -> str:
        """What came, the most of it first: `12 of IKE version 2`."""
        found = sorted(
            ((count, kind) for kind, count in self.counts.items() if kind in kinds), reverse=True
        )
        return ", ".join(f"{count} of {KINDS[kind]}" for count, kind in found)
