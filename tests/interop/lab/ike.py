"""What every IKE client of the lab can be asked to do, and what it is told about its gateway."""

from dataclasses import dataclass, field
from typing import Protocol

from tests.interop.lab.world import Node


class IkeFailed(Exception):
    """No security association; the text is the tool's own."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a client offers. Suites are spelled as the gateway's configuration spells them."""

    ike: str = "3des-sha1-modp2048"
    esp: str = "3des-sha1"
    nat_t: str = "rfc"  # libreswan's words: drafts, rfc, none
    psk: str = field(default="wrong-way-round-type", repr=False)
    ike_life: int = 3600  # seconds
    esp_life: int = 1200  # seconds
    dpd: int = 0  # seconds; 0 is off
    fragment_size: int = 0  # bytes of a packet above which IKE cuts it itself; 0 is never


class Ike(Protocol):
    """One IKE daemon in one client."""

    node: Node

    def up(self) -> None:
        """Phase 1 and 2, or IkeFailed."""
        ...

    def down(self) -> None:
        """Delete both phases in an orderly way."""
        ...

    def rekey_phase1(self) -> None: ...

    def rekey_phase2(self) -> None: ...

    def suites(self) -> str:
        """What the daemon says of its living security associations."""
        ...

    def kill(self) -> None:
        """End the daemon without a word to the gateway."""
        ...
