"""Virtual addresses: many peers behind one address, each by an address of its own for the kernel.

In transport mode the packet inside inherits its addresses from the one around it, so the kernel
tells peers behind one NAT apart if their ESP comes from different addresses. What comes from a
peer's place is given its virtual address before the kernel decrypts, and what goes to a virtual
address is sent to the place after the kernel has encrypted. IKE keeps its addresses.

Two ways to do it, by what the kernel has: `virtual_nft.py`, `virtual_conntrack.py`.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Pool:
    """The network of virtual addresses, and the interface and addresses that peers come by.

    No `addresses` mean any address of this machine.
    """

    first: bytes
    bits: int
    interface: str
    addresses: tuple[bytes, ...] = ()

    @property
    def text(self) -> str:
        return f"{host_text(self.first)}/{self.bits}"


class Place(NamedTuple):
    """Where a peer is. Port 0 of `peer` is plain ESP.

    Not `mapped`: what comes from there keeps its addresses, as it may be another's by now.
    """

    virtual: bytes
    near: bytes
    peer: Endpoint
    mapped: bool = True


class Translation(Protocol):
    """One way. Any method may raise OSError; `start` and `stop` also ToolFailed."""

    @property
    def name(self) -> str: ...

    def check_works(self) -> None:
        """Return if this kernel can do it; nothing is left behind."""

    def start(self, stays: bool = False) -> None:
        """Make it ready, with no peers; what an earlier daemon left is gone.

        If it `stays`, nothing is touched before `settle`, and `change` only takes notes.
        """

    def settle(self) -> None:
        """After a start in which all stayed: what is there from now on is what was noted, and no
        packet of a peer that has its place finds it gone meanwhile."""

    def stop(self) -> None:
        """Take everything of it away."""

    def change(self, was: Place | None, place: Place | None) -> None:
        """A peer comes (from None), moves or goes (to None), at once in both directions."""

    def mend(self) -> None:
        """See that all is there still, where somebody else may have taken it away."""


def note(noted: dict[bytes, Place], was: Place | None, place: Place | None) -> None:
    """A change, for `settle`."""
    if was is not None:
        noted.pop(was.virtual, None)
    if place is not None:
        noted[place.virtual] = place
