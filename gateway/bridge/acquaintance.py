"""What the gateway has come to know of one client: who it seems to be, and what it took to have it.

One for a phase 1, handed on to the leg that comes of it; a renewed phase 1 is of the same client.
"""

from dataclasses import dataclass, field

from gateway.bridge.fingerprints import FINGERPRINTS
from gateway.bridge.recognise import Recognised, Seen, recognise
from gateway.control.systems import AUTO, TOLD, UNKNOWN, label_of
from gateway.ike.events import NatFound, Offered, QuickOffered
from gateway.ike.quirks import NAT_HIDDEN
from gateway.l2tp.events import TunnelOpened
from gateway.outputs import Fact, What
from gateway.ppp.events import PeerIdentified
from gateway.ppp.quirks import LOWEST_MRU, manners_of

MOST_QUIRKS = 32  # there are not so many names

Heard = Offered | NatFound | QuickOffered | TunnelOpened | PeerIdentified


@dataclass(slots=True)
class Acquaintance:
    """`quirks` are names, in the order in which they were first needed."""

    seen: Seen = field(default_factory=Seen)
    known: Recognised = field(default_factory=Recognised)
    quirks: tuple[str, ...] = ()
    told: str = AUTO  # what the owner says it is

    @property
    def name(self) -> str:
        """By which kindnesses are chosen: what the owner says, else what it looks like."""
        return self.known.name

    def hear(self, event: Heard) -> bool:
        """One more thing was seen; whether that changes what is thought of the client."""
        match event:
            case Offered():
                self.seen.offered(event)
            case NatFound(hidden=True):
                self.need(NAT_HIDDEN)
            case QuickOffered():
                self.seen.quick_offered(event)
                self.need(*event.quirks)
            case TunnelOpened():
                self.seen.tunnel_opened(event)
                self.need(*event.quirks)
            case PeerIdentified(by_client=True, text=text):
                self.seen.says(text)
        return self._think()

    def tell(self, system: str) -> bool:
        """What the owner says of the machine; whether that changes anything."""
        self.told = system
        return self._think()

    def need(self, *quirks: str) -> None:
        """The client was only to be had by these."""
        self.quirks = tuple(dict.fromkeys((*self.quirks, *quirks)))[:MOST_QUIRKS]

    def kept_mru(self, fits: int) -> int:
        """The MRU that it shall keep to: `fits` would keep its frames whole."""
        lowest = manners_of(self.name).lowest_mru
        if lowest > fits:
            self.need(LOWEST_MRU)
        return max(lowest, fits)

    def renew(self, newer: "Acquaintance") -> None:
        """The same client has begun anew: its offer counts, and what came later still holds."""
        mine, theirs = self.seen, newer.seen
        mine.vendors, mine.order, mine.suites = theirs.vendors, theirs.order, theirs.suites
        mine.attributes, mine.long_life, mine.natt = (
            theirs.attributes,
            theirs.long_life,
            theirs.natt,
        )
        self._think()

    def fact(self, dial: int, peer: str) -> Fact:
        details = {
            "system": self.known.name,
            "label": label_of(self.known.name),
            "confidence": self.known.confidence,
            "why": "; ".join(self.known.why),
        }
        return Fact(What.RECOGNISED, dial, peer, details)

    def _think(self) -> bool:
        before = self.known
        if self.told == AUTO:
            self.known = recognise(self.seen, FINGERPRINTS)
        else:
            self.known = Recognised(self.told, TOLD, ("the owner says so",))
        after = self.known
        changed = (after.name, after.confidence) != (before.name, before.confidence)
        return changed and after.name != UNKNOWN
