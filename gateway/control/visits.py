"""Packets of a source that never became a dial: what they were, counted by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

IKE_2: Final = "ikev2"
AUTHIP: Final = "authip"
TLS: Final = "tls"
UNKNOWN_IKE: Final = "ike"  # of an exchange that the gateway has no part in
NOT_IKE: Final = "not-ike"
ESP: Final = "esp"  # under keys that the gateway does not have
KINDS: Final = {
    IKE_2: "IKE version 2",
    AUTHIP: "AuthIP",
    TLS: "TLS",
    UNKNOWN_IKE: "IKE of an exchange that is over",
    NOT_IKE: "something that is no IKE",
    ESP: "ESP under keys that are over",
}
# From what is no L2TP/IPsec client of the old kind: what it speaks, and what to do about it.
STRANGE: Final = {
    IKE_2: (
        "IKEv2",
        "Set its type of VPN to L2TP/IPsec there: a newer Windows or a telephone that may choose "
        "for itself dials by IKEv2",
    ),
    AUTHIP: (
        "AuthIP",
        "Set its type of VPN to L2TP/IPsec there; if it is, see that UDP 500 passes both ways: "
        "Windows Vista and later try IKE after it",
    ),
    TLS: (
        "TLS",
        "Set its type of VPN to L2TP/IPsec there: SSTP and the like are not to be had here",
    ),
    NOT_IKE: (
        "no IKE at all",
        "See what it is, by its address, and set it to L2TP/IPsec if it is a client",
    ),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """`host` is four bytes; `last` is on the gateway's clock."""

    host: bytes
    last: float
    counts: Mapping[str, int] = field(default_factory=dict)  # by kind

    def count(self, *kinds: str) -> int:
        return sum(self.counts.get(kind, 0) for kind in kinds)

    def strange(self) -> str:
        """Which strange kind came most; empty if none did."""
        found = [(self.counts[kind], kind) for kind in STRANGE if self.counts.get(kind)]
        return max(found)[1] if found else ""

    def words(self, *kinds: str) -> str:
        """What came, the most of it first: `12 of IKE version 2`."""
        found = sorted(
            ((count, kind) for kind, count in self.counts.items() if kind in kinds), reverse=True
        )
        return ", ".join(f"{count} of {KINDS[kind]}" for count, kind in found)
