"""Where a client's PPP crosses over to the inside leg, and back: watched, refused, confined,
shielded, encrypted, as its client and its route want it.

    client --> Passage -----> Shield --> Encryption (CCP) --> server       control
    client --> Confinement -> Shield --> Encryption (MPPE) --> server      data

The shield comes first, for what the encryption keeps back goes in later as it was kept. Who is
confined to some places agrees on nothing with the server that would hide where its packets go.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.bridge.encryption import Encryption, Event, NoEncryption, Unencrypted, named
from gateway.bridge.mtu import MPPE_HEADER
from gateway.bridge.shield import Agreement, Shield
from gateway.control.config import Route
from gateway.control.confined import EVERYWHERE, reach_words
from gateway.control.schema_routes import LOCAL
from gateway.control.users import Users
from gateway.control.values_reach import ALL, Reach
from gateway.ppp import events as ppp
from gateway.ppp.clamp import Agreed
from gateway.ppp.confine import Allowed, Confinement
from gateway.ppp.errors import PppError
from gateway.ppp.frame import protocol_of
from gateway.ppp.machine import Passage
from gateway.ppp.mppe import Terms
from gateway.ppp.numbers import FIRST_CONTROL, FIRST_LINK, Code, Protocol
from gateway.ppp.quirks import PLAIN, Manners

CLEAR: Final = "clear"
END_TO_END: Final = "end to end"
ENCRYPTS: Final = "the gateway encrypts towards the server"
READS: Final = (
    "the route's shield reads every frame (shield = false has the kernel pass them unread)"
)
CONFINES: Final = "what the client sends is held against its `reach`"
ENDS: Final = "PPP ends at this machine, with pppd"
NETBEUI: Final = 0x803F
TERMS: Final = {  # by the names that the configuration has
    named(terms): terms for bits in (128, 56, 40) for terms in (Terms(bits), Terms(bits, True))
}
DEMANDED: Final = Unencrypted("the server demands encryption", "the leg to it is clear")


@dataclass(frozen=True, slots=True)
class Crossed:
    """What is left of a crossing when its process is gone."""

    mru: int
    passage: tuple[Agreed, Agreed]
    shield: Agreement | None
    end_to_end: bool
    wanted: bool
    network: bool
    netbeui: bool


class Crossing:
    """One session's. `control` is for control frames; `to_server` and `to_client` are road code,
    for all others. `encryption` says for a person what the inside leg is encrypted by."""

    def __init__(
        self,
        passage: Passage,
        shield: Shield | None = None,
        encryption: Encryption | NoEncryption | None = None,
        confinement: Confinement | None = None,
        reach: str = EVERYWHERE,
        *,
        ends_here: bool = False,
    ) -> None:
        """`reach` says for a person where the client is confined to; `ends_here`: PPP does."""
        self.reach = reach
        self._ends_here = ends_here
        self._passage = passage
        self._shield = shield
        self._confinement = confinement
        self._kept_back: dict[str, int] = {}  # by the confinement before, by reason
        self._guard = encryption
        self._mppe = encryption if isinstance(encryption, Encryption) else None
        self._end_to_end = False  # client and server encrypt between themselves
        self._wanted = False  # the server has asked for encryption
        self._network = False  # it has agreed to some network protocol
        self.carries_netbeui = False  # which NT takes some seconds to clear away

    def kept(self) -> Crossed:
        """What `resume` needs."""
        return Crossed(
            mru=self._passage.mru,
            passage=self._passage.kept(),
            shield=None if self._shield is None else self._shield.kept(),
            end_to_end=self._end_to_end,
            wanted=self._wanted,
            network=self._network,
            netbeui=self.carries_netbeui,
        )

    def resume(self, kept: Crossed) -> None:
        """A link that is up already, and not encrypted by the gateway: that cannot be taken up."""
        self._passage.resume(*kept.passage)
        if self._shield is not None and kept.shield is not None:
            self._shield.resume(kept.shield)
        self._end_to_end, self._wanted = kept.end_to_end, kept.wanted
        self._network, self.carries_netbeui = kept.network, kept.netbeui

    @property
    def encrypts(self) -> bool:
        """Whether the gateway itself encrypts."""
        return self._mppe is not None

    @property
    def encryption(self) -> str:
        if self._guard is not None:
            return self._guard.text
        return END_TO_END if self._end_to_end else CLEAR

    @property
    def counts(self) -> dict[str, int]:
        """What was dropped here, by reason."""
        found: Counter[str] = Counter()
        if self._passage.malformed:
            found["ppp_malformed"] = self._passage.malformed
        found.update(self._kept_back if self._confinement is None else self._confinement.counts)
        for part in (self._shield, self._mppe):
            found.update({} if part is None else part.counts)
        return dict(found)

    def note_dropped(self, counts: Mapping[str, int]) -> None:
        """What a worker's shield has dropped beside, by reason."""
        if self._shield is not None:
            for name, count in counts.items():
                self._shield.counts[name] = self._shield.counts.get(name, 0) + count

    def note_vendor(self, vendor: str) -> None:
        """The server has said what it calls its maker."""
        if self._mppe is not None:
            self._mppe.vendor = vendor

    def begins_late(self) -> None:
        """The client has not spoken so far, and is sent what has waited for that all the same.
        pppd on this machine asks each second by itself."""
        if not self._ends_here:
            self._passage.begins_late()

    def control(
        self, frame: bytes, from_client: bool, now: float
    ) -> tuple[bytes | None, list[Event]]:
        """What goes on to the other side (None: nothing), and what comes of it."""
        protocol = _protocol(frame)
        passed: bytes | None = frame
        events: list[Event] = []
        if self._guard is None or protocol != Protocol.CCP:  # CCP is the guard's alone
            passed, seen = self._passage.pass_frame(frame, from_client, now)
            events += seen
            if passed is not None and from_client and self._shield is not None:
                passed = self._shield.control(passed)
        if passed is not None and self._guard is not None:
            passed, more = self._guard.control(passed, from_client, now)
            events += more
        if passed is not None and not from_client and FIRST_CONTROL <= protocol < FIRST_LINK:
            self._network = self._network or _is_ack(frame)
            self.carries_netbeui = self.carries_netbeui or protocol == NETBEUI
        return passed, [one for event in events for one in self._noted(event)]

    def to_server(self, frame: bytes) -> bytes | None:
        """Road: a data frame of the client as it goes in, or None (counted)."""
        if self._confinement is not None and not self._confinement.lets(frame):
            return None
        if self._shield is not None:
            shielded = self._shield.data(frame)
            if shielded is None:
                return None
            frame = shielded
        return frame if self._mppe is None else self._mppe.seal(frame)

    def to_client(self, frame: bytes, now: float) -> tuple[bytes | None, list[Event]]:
        """Road: a data frame of the server as it goes out, or None, and what comes of it."""
        events: list[Event] = []
        if self._mppe is not None:
            opened, events = self._mppe.open(frame, now)
            if opened is None:
                return None, events
            frame = opened
        return frame if self._shield is None else self._shield.to_client(frame), events

    def confine(self, confinement: Confinement | None, reach: str) -> None:
        """The owner has changed his mind, which holds from the next packet on."""
        if self._confinement is not None:
            self._kept_back = self._confinement.counts
        if confinement is not None:
            confinement.counts = self._kept_back
        self._confinement, self.reach = confinement, reach

    def strays(self) -> list[ppp.OutOfReach]:
        """What the owner is to be told of what the client could not reach."""
        return [] if self._confinement is None else self._confinement.take_news()

    def deadline(self) -> float | None:
        return None if self._mppe is None else self._mppe.deadline()

    def handle_timeout(self, now: float) -> list[Event]:
        return [] if self._mppe is None else self._mppe.handle_timeout(now)

    def _noted(self, event: Event) -> list[Event]:
        match event:
            case ppp.LcpOpened():
                self._end_to_end = self._wanted = self._network = False
            case ppp.CcpOpened(encrypted=encrypted):
                self._end_to_end = encrypted
            case ppp.CcpRefused():
                self._end_to_end = False
            case ppp.EncryptionWanted():
                self._wanted = True
        if self._shield is not None:
            self._shield.note(event, self._passage.server_mru)
        if not isinstance(event, ppp.Terminated):
            return [event]
        in_vain = self._wanted and not self._network and not event.by_client
        self._end_to_end = False
        return [event, DEMANDED] if in_vain and self._mppe is None else [event]


def crossing_of(
    route: Route,
    users: Users,
    mru: int,
    manners: Manners = PLAIN,
    reach: tuple[Reach, ...] | None = None,
) -> Crossing:
    """As the route wants it. `mru`: what fits the tunnel outside; `manners` and `reach`: the
    client's."""
    confinement = confinement_of(route, reach)
    confined = confinement is not None
    fragile = route.shield and route.kind != LOCAL  # pppd hears what it is asked as often as it is
    passage = Passage(mru, manners, overhead=header_of(route), shielded=fragile, readable=confined)
    shield = Shield(mru) if route.shield else None
    encryption: Encryption | NoEncryption | None = None
    if route.encryption == "mppe":
        encryption = Encryption([TERMS[name] for name in route.mppe], users.find)
    elif route.encryption == "refuse" or confined:
        encryption = NoEncryption()
    words, here = reach_words(reach, route.kind), route.kind == LOCAL
    return Crossing(passage, shield, encryption, confinement, words, ends_here=here)


def confinement_of(route: Route, reach: tuple[Reach, ...] | None) -> Confinement | None:
    """None: the client reaches everything. Where the owner has not said, that is what machines
    had before there was confinement; on the route into the LAN, which is newer, nothing."""
    if reach is None:
        return Confinement() if route.kind == LOCAL else None
    if ALL in reach:
        return None
    return Confinement(
        tuple(
            Allowed(one.first, one.last, protocol, one.low, one.high)
            for one in reach
            for protocol in one.protocols
        )
    )


def own_hands_of(route: Route, reach: tuple[Reach, ...] | None, workers: int = 0) -> str:
    """Why all frames of a session have to pass through here; nothing if they need not. Workers read
    what the shield does, and know no pppd."""
    if route.kind == LOCAL and workers:
        return ENDS
    if route.encryption == "mppe":
        return ENCRYPTS
    if confinement_of(route, reach) is not None:
        return CONFINES
    return READS if route.shield and not workers else ""


def header_of(route: Route) -> int:
    """What encryption by the gateway adds to a frame, in bytes."""
    return MPPE_HEADER if route.encryption == "mppe" else 0


def _protocol(frame: bytes) -> int:
    try:
        return protocol_of(frame)[0]
    except PppError:
        return 0


def _is_ack(frame: bytes) -> bool:
    _, at = protocol_of(frame)
    return frame[at : at + 1] == bytes((Code.CONFIGURE_ACK,))
