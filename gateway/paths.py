"""What the kernel, or a worker, is to carry, and what it tells of it, as frozen values.

The bridge says what is wanted and `system/paths.py` makes it so; an absent value (None) means that
nothing of it is to be there. A *leg* is the ESP and the L2TP of one peer, be it a client or a
native server, a *call* the frames of one session; both go by numbers that the bridge gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Sa:
    """One direction of a pair of security associations.

    `cipher` and `digest` are names of ours, such as "3des" and "sha1". `sequence` is the newest
    number sent or heard before the kernel takes over, `seen` the window below it: bit (n - 1) % 256
    is for n. These two count only in the moment at which the kernel first has the SA.
    """

    spi: int
    cipher: str
    cipher_key: bytes = field(repr=False)
    digest: str
    digest_key: bytes = field(repr=False)
    sequence: int = 0
    seen: int = 0
    soft_packets: int | None = None  # tell when so many have passed
    soft_bytes: int | None = None  # tell; bytes are those of ESP packets, header and ICV included
    hard_bytes: int | None = None  # let nothing pass any more
    seconds: int | None = None  # the same, counted from the start
    retired: bool = False  # heard for a while still, and moves nobody; a worker's alone
    word: int = 0  # the place of the word that a worker counts in; 0 if there is none


@dataclass(frozen=True, slots=True)
class LegPath:
    """One peer.

    `virtual` is the address by which the kernel knows it, whatever NAT it is behind; `near` is ours
    and `peer` where it really is, with port 0 for plain ESP. Only what is `mapped` goes past the
    queue. `port` is the peer's for L2TP, `tunnel` our id of the tunnel whose frames are joined:
    another tunnel has another socket.
    """

    virtual: bytes
    near: bytes
    peer: Endpoint
    port: int
    inbound: tuple[Sa, ...]
    outbound: Sa | None
    tunnel: int = 0
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class GreEnd:
    """How a worker is to do a call's GRE. `sent` and `heard` are the places of its words, 0 if it
    has none; `speaker` is the host that it comes from, as far as that is known."""

    window: int
    strict: bool
    speaker: bytes
    sent: int
    heard: int


@dataclass(frozen=True, slots=True)
class PptpEnd:
    """A call at a PPTP server; `peer_call` is None until the server has answered: 0 is a number.

    `near` None is whatever address the route gives.
    """

    near: bytes | None
    server: bytes
    call: int
    peer_call: int | None = None
    gre: "GreEnd | None" = None  # where a worker has it


@dataclass(frozen=True, slots=True)
class L2tpEnd:
    """A call in a tunnel of the leg with the number `leg`."""

    leg: int
    tunnel: int
    peer_tunnel: int
    call: int
    peer_call: int


@dataclass(frozen=True, slots=True)
class PppdEnd:
    """The interface of a pppd on this machine, by the kernel's numbers: its own, and that of the
    channel that the pppd has made of its terminal."""

    interface: int
    terminal: int


@dataclass(frozen=True, slots=True)
class Shielding:
    """What the shield of a worker's call goes by: the fields of `bridge/shield.py`, `Agreement`."""

    most: int
    mss: int
    short: bool
    bare: bool
    compressed: bool


@dataclass(frozen=True, slots=True)
class CallPath:
    """One session: its end inside, and once frames go across without us, its end outside.

    An end inside in L2TP is there as long as the one outside: what comes while it is not is told
    as `L2tpHeard` of its leg. So is a pppd's, whose frames come by its terminal while it is not.
    """

    inside: PptpEnd | L2tpEnd | PppdEnd
    outside: L2tpEnd | None = None
    shield: Shielding | None = None  # a worker's alone


# Requests of the bridge


class SetLeg(NamedTuple):
    """`there`: an earlier process has asked for it, and what the kernel does not have any more of
    it has come to its end."""

    number: int
    path: LegPath | None
    there: bool = False


class SetCall(NamedTuple):
    """`there`: its end inside is an earlier process's."""

    number: int
    path: CallPath | None
    there: bool = False


class SendL2tp(NamedTuple):
    """An L2TP message to the peer of a leg."""

    leg: int
    message: bytes


class SendFrame(NamedTuple):
    """A PPP frame to the end inside of a call that is not joined."""

    call: int
    frame: bytes


class LookAt(NamedTuple):
    """`SaCounted` of this inbound SA, at once."""

    leg: int
    spi: int


class Again(NamedTuple):
    """A packet from outside that a worker has handed on, and whose SA it has after all."""

    spi: int
    packet: bytes


PathRequest = SetLeg | SetCall | SendL2tp | SendFrame | LookAt | Again

# What the kernel tells


class L2tpHeard(NamedTuple):
    """A control message, or data of a call that is not joined; `port` is the peer's."""

    leg: int
    message: bytes


class FrameHeard(NamedTuple):
    """From the end inside of a call that is not joined."""

    call: int
    frame: bytes


class LinkHeard(NamedTuple):
    """From the client of a call that is joined to a pppd's interface: what is not for that, but for
    pppd itself, LCP for one; and what had come before the two were joined."""

    call: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class SaCounted:
    """All that an SA has done since the kernel has it; `heard` is the newest number it has let in.

    `last`: it is not there any more.
    """

    leg: int
    spi: int
    inbound: bool
    bytes: int
    packets: int
    sequence: int
    replays: int = 0
    forged: int = 0
    last: bool = False
    others: tuple[int, ...] = ()  # what a worker has dropped, by `esp.errors.Drop`: all of it


@dataclass(frozen=True, slots=True)
class CallCounted:
    """Frames of a joined call since it is joined. `in_` is from the client.

    `last`: it is not there any more, and whoever waited for the final figures has them.
    """

    call: int
    frames_in: int
    bytes_in: int
    frames_out: int
    bytes_out: int
    last: bool = False
    drops: tuple[tuple[str, int], ...] = ()  # by a worker's shield and GRE, by reason


class SaExpired(NamedTuple):
    """A limit was reached. Behind it comes what was counted; after a hard one the SA is gone."""

    leg: int
    spi: int
    inbound: bool
    hard: bool


class SaMapped(NamedTuple):
    """An authentic packet of this SA came by the place of the leg `by`, perhaps an old one."""

    leg: int
    spi: int
    by: int


class LegRefused(NamedTuple):
    """The kernel does not carry this leg; nothing of it is there."""

    leg: int
    reason: str


class CallRefused(NamedTuple):
    """The kernel does not do what was last asked for a call; `joined`: only the joining failed."""

    call: int
    reason: str
    joining: bool


# Of workers alone


class PacketHeard(NamedTuple):
    """From outside, of nothing that this worker carries."""

    packet: bytes


class GreHeard(NamedTuple):
    """The same from inside."""

    packet: bytes


class Moved(NamedTuple):
    """The newest packet of this SA has come from there; port 0 for plain ESP."""

    leg: int
    spi: int
    there: Endpoint


class Spoke(NamedTuple):
    """The GRE of a call comes from this host."""

    call: int
    host: bytes


class Dropped(NamedTuple):
    """Something of this leg has not got through."""

    leg: int
    reason: str


class WorkerLost(NamedTuple):
    """It is dead, and what it carried is begun anew by the next, from the words."""

    worker: int


class WorkersLost(NamedTuple):
    """There will be no more of them, for this reason: all is the daemon's."""

    reason: str


PathEvent = (
    L2tpHeard
    | FrameHeard
    | LinkHeard
    | SaCounted
    | CallCounted
    | SaExpired
    | SaMapped
    | LegRefused
    | CallRefused
    | PacketHeard
    | GreHeard
    | Moved
    | Spoke
    | Dropped
    | WorkerLost
    | WorkersLost
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this kernel can carry. `lacks` says in a sentence's part why it carries nothing.

    `suites` are pairs of our names of cipher and digest. `workers`: so many processes of ours carry
    in the kernel's place, and read every frame.
    """

    lacks: str = ""
    suites: frozenset[tuple[str, str]] = frozenset()
    udp: bool = True  # ESP in UDP, too
    workers: int = 0

    @property
    def any(self) -> bool:
        return not self.lacks


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier process has left in the kernel.

    `standing` is the newest number of each SA, by virtual address, SPI and "inbound"; what is not
    there is over. `goes_on`: legs and calls may be taken up.
    """

    standing: Mapping[tuple[bytes, int, bool], int] = field(default_factory=dict)
    goes_on: bool = False


SHARDS = 8  # by the low bits of our SPIs, and of our PPTP call ids
KERNEL_CALLS = 0x8000  # this bit is set in PPTP call ids of calls whose GRE is the kernel's
NONE = Abilities(lacks="the kernel has not been asked")


def worker_of(number: int, workers: int) -> int:
    """Who has what goes by this SPI or call id: a worker, from 1 on, or 0, the daemon itself."""
    low = number % SHARDS
    return low if low <= workers else 0
