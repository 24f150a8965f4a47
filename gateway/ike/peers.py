"""An authenticated client: its phase 1 SAs, old and new side by side, and its pairs.

A pair outlives the phase 1 that made it, and what is heard by any of them shows that all live.
"""

from dataclasses import dataclass, field, replace

from gateway.ike.numbers import Protocol
from gateway.ike.payloads import Delete
from gateway.ike.phase1 import Phase1
from gateway.ike.phase2 import Pair
from gateway.ike.policy import IkePolicy
from gateway.wire.udp import Endpoint
from gateway.x509.certificate import Certificate

MOST_PHASES = 8  # of one client; the oldest makes room
MOST_PAIRS = 32  # of one client; at 250 MB each (CLIENTS, 2) a minute of traffic or more


@dataclass(slots=True, eq=False)
class Peer:
    """`asked` counts the R-U-THERE since anything was heard; `due` is the next one's time.

    `endpoint` is where IKE came from last, `esp` where ESP comes from if that is elsewhere.
    """

    credential: str
    identity: str
    endpoint: Endpoint
    alive: float
    psk: bytes = field(default=b"", repr=False)  # by which it last showed who it is, or
    shown: tuple[Certificate, ...] = field(default=(), repr=False)  # its own certificate first
    phases: list[Phase1] = field(default_factory=list)  # the newest last
    pairs: dict[int, Pair] = field(default_factory=dict)  # by spi_in, the newest last
    asked: int = 0
    due: float = 0.0
    esp: Endpoint | None = None

    @property
    def gone(self) -> bool:
        return not self.phases and not self.pairs

    @property
    def newest(self) -> int:
        """The handle of its newest phase 1, or of the one that made its newest pair; 0 if gone."""
        phases = [phase.sa for phase in self.phases]
        return max([*phases, *(pair.sa for pair in self.pairs.values())], default=0)

    def is_the_same(self, credential: str, identity: str, endpoint: Endpoint) -> bool:
        """Never by address alone: many clients share a NAT, and call themselves alike."""
        known = (self.credential, self.identity, self.endpoint)
        return known == (credential, identity, endpoint)

    def is_like(self, other: "Peer") -> bool:
        """Elsewhere, and perhaps the same: of one name, and with one address behind its NAT."""
        return other is not self and self.is_the_same(
            other.credential, other.identity, self.endpoint
        )

    def rename(self, credential: str) -> None:
        self.credential = credential
        for phase in self.phases:
            phase.keys_of = replace(phase.secured(), credential=credential)

    def hear(self, now: float) -> None:
        self.alive = now
        self.asked = 0

    def doubt(self, now: float, policy: IkePolicy) -> None:
        """As if it had been silent for as long as it may be."""
        self.alive = min(self.alive, now - policy.dpd_idle)

    def deadline(self, policy: IkePolicy) -> float | None:
        """When to ask whether the client is there; None if it would not understand."""
        if not self.phases or self.phases[-1].dpd is None:
            return None
        return self.due if self.asked else self.alive + policy.dpd_idle

    def deleted(self, delete: Delete) -> tuple[list[Pair], list[Phase1]]:
        """What of ours a delete payload means: it names the SPIs the client receives on."""
        if delete.protocol == Protocol.ESP:
            spis = {int.from_bytes(spi, "big") for spi in delete.spis if len(spi) == 4}
            return [pair for pair in self.pairs.values() if pair.spi_out in spis], []
        if delete.protocol == Protocol.ISAKMP:
            return [], [phase for phase in self.phases if phase.cookies in delete.spis]
        return [], []
