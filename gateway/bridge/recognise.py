"""Who is dialling: what was seen of a client held against the table of those that are known.

It begins with the first message of IKE and is refined by quick mode, L2TP and PPP, each of which
the client may still contradict. Nothing is let in or kept out because of it: a client says of
itself what it likes. What is chosen by it are kindnesses, such as the smallest MRU.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from gateway.control.systems import CONFIDENCES, UNKNOWN
from gateway.ike.events import Offered, QuickOffered
from gateway.l2tp.events import TunnelOpened

MOST_REASONS = 6  # told of one client


@dataclass(slots=True)
class Seen:
    """All that a client has shown of itself; None where it has not yet come so far."""

    vendors: tuple[bytes, ...] = ()
    order: tuple[int, ...] = ()
    suites: tuple[str, ...] = ()
    attributes: tuple[int, ...] = ()
    long_life: bool = False
    natt: tuple[str, ...] = ()
    quick_ids: tuple[int, ...] | None = None
    l2tp_vendor: str | None = None
    firmware: int = 0
    identified: tuple[str, ...] = ()  # the texts of LCP Identification

    def offered(self, event: Offered) -> None:
        shape = event.shape
        self.vendors, self.order = shape.vendors, shape.order
        self.attributes, self.long_life = shape.attributes, shape.long_life
        self.suites, self.natt = event.suites, event.natt

    def quick_offered(self, event: QuickOffered) -> None:
        """A host name in a first quick mode or in a later one: it is the same client."""
        self.quick_ids = tuple(sorted({*(self.quick_ids or ()), *event.ids}))

    def tunnel_opened(self, event: TunnelOpened) -> None:
        self.l2tp_vendor, self.firmware = event.vendor, event.firmware

    def says(self, text: str) -> None:
        """One more Identification; there are three of Windows' at most that matter."""
        self.identified = tuple(dict.fromkeys((*self.identified, text)))[:3]


class Sure(IntEnum):
    """How sure: in the order of `CONFIDENCES`."""

    GUESS = 0
    LIKELY = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that was or was not seen; `says` ends the sentence "because ..."."""

    says: str
    met: Callable[[Seen], bool] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One row. All of `needs` make it this client, as surely as `sure`; each of `more` that is
    met besides makes it one step surer, each of `against` one less, down to not at all."""

    name: str  # of control's SYSTEMS
    evidence: str
    needs: tuple[Mark, ...]
    sure: Sure
    more: tuple[Mark, ...] = ()
    against: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """`confidence` is one of control's; `why` are clauses."""

    name: str = UNKNOWN
    confidence: str = ""
    why: tuple[str, ...] = ()


def recognise(seen: Seen, table: Iterable[Fingerprint]) -> Recognised:
    """The surest row; of two that are equally sure the first."""
    best, found = -1, Recognised()
    for row in table:
        if not all(mark.met(seen) for mark in row.needs):
            continue
        more = [mark for mark in row.more if mark.met(seen)]
        against = [mark for mark in row.against if mark.met(seen)]
        sure = min(row.sure + len(more), Sure.CERTAIN) - len(against)
        if sure > best:
            why = [mark.says for mark in (*row.needs, *more)]
            why += [f"but {mark.says}" for mark in against]
            best, found = sure, Recognised(row.name, CONFIDENCES[sure], tuple(why)[:MOST_REASONS])
    return found
