"""What `Ike` tells and asks: requests are imperatives, all else are facts.

`sa` is the handle of a phase 1 SA, never used twice; 0 where there was none.
"""

from dataclasses import dataclass, field
from enum import Enum

from gateway.wire.udp import Endpoint

DELETED = "deleted by the client"  # the reason of a PairClosed or Phase1Closed


class Reason(Enum):
    """Why a client was refused; the value is for people."""

    NO_CLIENT = "no client may dial from this address"
    NO_COMMON_SUITE = "no common suite"
    WRONG_KEY = "wrong key"
    BAD_CERTIFICATE = "certificate not accepted"
    UNKNOWN_CERTIFICATE = "certificate of no client"
    BAD_SIGNATURE = "wrong signature"
    TOO_MANY_GUESSES = "too many wrong keys"
    REVOKED = "client is revoked"
    SUITE_NOT_ALLOWED = "suite not allowed for this client"
    SUITE_LAPSED = "time of the weak suite is over"
    BAD_IDENTITY = "identity makes no sense"
    OTHER_IDENTITY = "another identity than this client's"
    UNSUITABLE_QUICK_MODE = "unsuitable quick mode"
    AGGRESSIVE_MODE = "aggressive mode"
    TOO_MANY_HALF_OPEN = "too many half-open"
    BAD_PUBLIC_VALUE = "bad public value"
    TIMED_OUT = "timed out waiting for the client"


@dataclass(frozen=True, slots=True)
class Send:
    """Send an ISAKMP message; from port 4500 the marker must still be put before it."""

    source: Endpoint
    target: Endpoint
    message: bytes


@dataclass(frozen=True, slots=True)
class Started:
    sa: int
    peer: Endpoint
    local: Endpoint


@dataclass(frozen=True, slots=True)
class Shape:
    """How a first message was put together, for telling clients apart.

    `order` has the types of its payloads, `attributes` those of the first transform's attributes,
    as they stood. `vendors` are cut to what is known of any: see `shape.py`.
    """

    vendors: tuple[bytes, ...] = ()
    order: tuple[int, ...] = ()
    attributes: tuple[int, ...] = ()
    long_life: bool = False  # the first lifetime takes four bytes or more


@dataclass(frozen=True, slots=True)
class Offered:
    """`suites` as the client ordered them."""

    sa: int
    vendors: tuple[str, ...]
    natt: tuple[str, ...]
    suites: tuple[str, ...]
    shape: Shape = Shape()


@dataclass(frozen=True, slots=True)
class Chosen:
    sa: int
    suite: str
    natt: str | None


@dataclass(frozen=True, slots=True)
class NatFound:
    """NAT discovery took place; both may be false. `hidden`: ours was not shown to the client."""

    sa: int
    client: bool
    gateway: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Floated:
    """The client went over to port 4500."""

    sa: int
    local: Endpoint
    peer: Endpoint


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The client is `credential`; `identity` is what it calls itself.

    It has shown that it knows the key, with `old_key` the one it had before, or that `certificate`
    is its own.
    """

    sa: int
    credential: str
    identity: str
    old_key: bool = False
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class PeerMoved:
    """A message of its phase 1 that was never seen before came from another endpoint."""

    sa: int
    peer: Endpoint


@dataclass(frozen=True, slots=True)
class QuickOffered:
    """The first message of a quick mode, whatever becomes of it.

    `ids` and `ports` are the types and ports of its selectors, `kilobytes` the first lifetime by
    volume; `quirks` are the names of the entries in quirks.py that it takes to accept it.
    """

    sa: int
    suites: tuple[str, ...]
    ids: tuple[int, ...]
    ports: tuple[int, ...]
    kilobytes: int | None
    commit: bool
    nat_oa: int  # how many
    quirks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairReady:
    """Receive on `spi_in` from now on: the first packet can overtake `PairConfirmed`.

    `natt` and `marker` are None and 0 for plain ESP. `client_port` is of the client's selector, 0
    for any. `nat_oa` is the client's address behind its NAT, if it told.
    """

    sa: int
    spi_in: int
    spi_out: int
    suite: str
    keymat_in: bytes = field(repr=False)
    keymat_out: bytes = field(repr=False)
    natt: str | None
    marker: int
    local: Endpoint
    peer: Endpoint
    client_port: int
    life_seconds: int
    life_kilobytes: int | None
    nat_oa: bytes | None


@dataclass(frozen=True, slots=True)
class PairConfirmed:
    """The client has the keys: send by the new SA."""

    sa: int
    spi_in: int


@dataclass(frozen=True, slots=True)
class PairClosed:
    sa: int
    spi_in: int
    spi_out: int
    reason: str


@dataclass(frozen=True, slots=True)
class InitialContact:
    """The client says it knows of no older SA. It may be habit: see `Ike.forget_older`."""

    sa: int


@dataclass(frozen=True, slots=True)
class Phase1Closed:
    """Its pairs live on unless they are closed by events of their own."""

    sa: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`detail` says what was offered or what is wrong, never a secret; `credential` whose key was
    proved, where one was.

    UNSUITABLE_QUICK_MODE, NO_COMMON_SUITE and SUITE_NOT_ALLOWED can come of a phase 1 that lives
    on: then `Authenticated` came before.
    """

    sa: int
    peer: Endpoint
    reason: Reason
    detail: str
    credential: str = ""


IkeEvent = (
    Send
    | Started
    | Offered
    | Chosen
    | NatFound
    | Floated
    | Authenticated
    | PeerMoved
    | QuickOffered
    | PairReady
    | PairConfirmed
    | PairClosed
    | InitialContact
    | Phase1Closed
    | Refused
)
