"""What a session needs of the leg towards its server, whatever the server speaks."""

from dataclasses import dataclass
from typing import Protocol

from gateway.bridge.timers import Timed
from gateway.outputs import Output, What
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Answered:
    """The server has put the call through; frames may go."""

    vendor: str
    peer_call: int


@dataclass(frozen=True, slots=True)
class Ended:
    """No call, or no more. `reason` is a sentence's part; `busy` and `was_open` choose the CDN."""

    reason: str
    was_open: bool
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The connection is closed and everything of the leg may be forgotten."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something for the account of the dial."""

    what: What
    details: dict[str, str]


LegOutput = Output | Answered | Ended | Gone | Told


class InsideLeg(Protocol):
    """One call to a server, from the first packet to the last. Times are the caller's clock."""

    server: Endpoint
    call_id: int  # ours, of the call
    peer_call: int  # the server's; 0 before it has answered

    @property
    def called(self) -> str:
        """Where the call goes, for people."""
        ...

    @property
    def kind(self) -> str:
        """As people call what is spoken: "PPTP", "L2TP/IPsec"."""
        ...

    @property
    def encryption(self) -> str:
        """What protects the frames between the gateway and the server, "clear" if nothing does."""
        ...

    @property
    def speaks_late(self) -> bool:
        """Whether the server's PPP may begin later than its call: what comes before is lost."""
        ...

    @property
    def is_up(self) -> bool:
        """Whether `send` has anywhere to go."""
        ...

    @property
    def shared(self) -> Timed | None:
        """What else has deadlines because of this leg, and of others too."""
        ...

    def start(self, now: float) -> list[LegOutput]: ...

    def hang_up(self, now: float) -> list[LegOutput]:
        """End the call in the protocol's order; `Gone` follows, at once or soon."""
        ...

    def abandon(self, now: float) -> list[Output]:
        """The same, but nobody waits for it: what is to be sent, and then it is forgotten."""
        ...

    def link_up(self, now: float) -> list[LegOutput]:
        """LCP is agreed between client and server."""
        ...

    def deadline(self) -> float | None: ...

    def handle_timeout(self, now: float) -> list[LegOutput]:
        """The call's timers; the data path's are `late` and `drain`."""
        ...

    def drops(self) -> dict[str, int]:
        """What did not get through on this leg, by reason."""
        ...

    # the road

    def send(self, frame: bytes, now: float) -> list[Output]:
        """A PPP frame on its way to the server; nothing if the leg drops or keeps it."""
        ...

    def late(self, now: float) -> list[bytes]:
        """Frames that have waited long enough for others before them."""
        ...

    @property
    def has_more(self) -> bool:
        """Whether `drain` has something to give at once."""
        ...

    def drain(self, now: float) -> list[Output]:
        """What the server's window lets go now, and acknowledgements that are due."""
        ...

    def road_deadline(self) -> float | None:
        """The part of the deadline that a data frame can change."""
        ...
