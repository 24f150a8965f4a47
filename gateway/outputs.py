"""All that a core may ask of the world, and the facts it reports, as frozen values.

The loop in `system/` carries the requests out in order. Facts change nothing: they are what the
journal, the account of a dial and every explanation to a person are made of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from gateway.paths import PathRequest
from gateway.wire.udp import Endpoint


class SendIp(NamedTuple):
    """Put one whole IPv4 packet on its way, from the source address its header names."""

    packet: bytes


class OpenTcp(NamedTuple):
    """Connect to `peer` from the address `source` (None: what the route gives).

    The core chooses `key`; the loop uses it in `tcp_opened`, `receive_tcp` and `tcp_closed`.
    """

    key: int
    source: bytes | None
    peer: Endpoint


class OpenPppd(NamedTuple):
    """Connect to whoever starts pppd on this machine. From then on it is as a TCP connection, to
    pppd itself once that is started; but what cannot leave soon is dropped, each `SendTcp` as a
    whole."""

    key: int


class SendTcp(NamedTuple):
    """Send on an open connection; what cannot leave at once is kept in order by the loop."""

    key: int
    data: bytes


class CloseTcp(NamedTuple):
    """Close once what was given to send has left. No `tcp_closed` follows."""

    key: int


class Keep(NamedTuple):
    """Keep this for a successor of this process, in place of what was kept under the number.

    It comes before whatever leaves because of it: so what is kept is never older than what others
    have seen of us.
    """

    number: int
    data: bytes


class Forget(NamedTuple):
    """Nothing is to be kept under this number any more."""

    number: int


class What(Enum):
    """The kinds of fact. The value is the name the journal, JSON and tests use."""

    DIAL_STARTED = "dial-started"
    OFFERED = "offered"
    RECOGNISED = "recognised"
    CHOSEN = "chosen"
    NAT_FOUND = "nat-found"
    FLOATED = "floated"
    AUTHENTICATED = "authenticated"
    KEY_USED = "key-used"
    WEAK_SUITE = "weak-suite"
    PUT_OUT = "put-out"
    PHASE1_CLOSED = "phase1-closed"
    SA_READY = "sa-ready"
    SA_CLOSED = "sa-closed"
    PEER_MOVED = "peer-moved"
    IDLE = "idle"
    TUNNEL_OPENED = "tunnel-opened"
    CALL_REQUESTED = "call-requested"
    SERVER_CALLED = "server-called"
    SERVER_KEYED = "server-keyed"
    SERVER_ANSWERED = "server-answered"
    DIVERTED = "diverted"
    SERVER_DOWN = "server-down"
    SERVER_UP = "server-up"
    SESSION_OPENED = "session-opened"
    LCP_OPENED = "lcp-opened"
    USER_ACCEPTED = "user-accepted"
    ENCRYPTED = "encrypted"
    CCP_REFUSED = "ccp-refused"
    PPP_UP = "ppp-up"
    CARRIED = "carried"
    OUT_OF_REACH = "out-of-reach"
    PPP_ENDED = "ppp-ended"
    RESUMED = "resumed"
    SILENCE = "silence"
    SESSION_CLOSED = "session-closed"
    REFUSED = "refused"
    TRACED = "traced"
    RELOADED = "reloaded"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, in words a person can read.

    `dial` counts the dials since the daemon started (0: no dial in particular); `peer` is the
    client's endpoint as text, or empty. `details` holds no secret, ever.
    """

    what: What
    dial: int = 0
    peer: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


ToKeep = Keep | Forget
Output = SendIp | OpenTcp | OpenPppd | SendTcp | CloseTcp | Keep | Forget | Fact | PathRequest
