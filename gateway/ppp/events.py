"""What is seen of a PPP link in passing, and what we say ourselves. Never a password, challenge,
response or hash."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LcpOpened:
    """Both sides agree. An MRU is the most bytes that side takes; `auth` is what the server
    asks of the client, or "none"."""

    mru_client: int
    mru_server: int
    auth: str
    short: bool = False  # the server takes protocols of one byte (PFC)
    bare: bool = False  # and frames without FF 03 (ACFC)


@dataclass(frozen=True, slots=True)
class AuthStarted:
    method: str
    user: str


@dataclass(frozen=True, slots=True)
class AuthSucceeded:
    user: str


@dataclass(frozen=True, slots=True)
class AuthFailed:
    """`code` is MS-CHAP's error number, 0 for other methods."""

    user: str
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class AuthRefused:
    """The client will not do what the server asks; `wanted` is what it proposes, or empty."""

    offered: str
    wanted: str


@dataclass(frozen=True, slots=True)
class IpOpened:
    """Addresses as text, empty where none was agreed on."""

    client_ip: str
    server_ip: str


@dataclass(frozen=True, slots=True)
class CcpOpened:
    """What each side receives compressed or encrypted; empty: nothing."""

    client: str
    server: str
    encrypted: bool  # both ways


@dataclass(frozen=True, slots=True)
class CcpRefused:
    by_client: bool
    reason: str


@dataclass(frozen=True, slots=True)
class EncryptionWanted:
    """The server has asked for MPPE; said once a link."""


@dataclass(frozen=True, slots=True)
class ProtocolRejected:
    """One side does not speak what the other tried. Without IPCP there is no IP."""

    by_client: bool
    protocol: str


@dataclass(frozen=True, slots=True)
class PeerIdentified:
    """An Identification packet, as Windows sends: its version and its own name."""

    by_client: bool
    text: str


@dataclass(frozen=True, slots=True)
class NotConverging:
    """The sides have asked and asked and do not agree; said once a negotiation."""

    protocol: str
    reason: str


@dataclass(frozen=True, slots=True)
class MruNotClamped:
    """This side does not take a smaller MRU: its frames may have to be cut into fragments."""

    by_client: bool


@dataclass(frozen=True, slots=True)
class Malformed:
    """A control frame was dropped; said for the first of each side, then only counted."""

    from_client: bool
    reason: str


@dataclass(frozen=True, slots=True)
class EchoUnanswered:
    """This side has not answered so many LCP echoes in a row; told again only after an answer."""

    by_client: bool
    count: int


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this frame back to where the last one came from, in the name of the other side.

    `quirk` is the name of the entry in quirks.py that makes it right.
    """

    frame: bytes
    to_client: bool
    quirk: str


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """The client has tried to reach a place that is not one of its own. `port` is 0 where the
    protocol has none; told of a few places a link."""

    host: bytes
    protocol: int
    port: int


@dataclass(frozen=True, slots=True)
class Terminated:
    by_client: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Send this frame of our own: CCP's, or an answer that the other side has given before."""

    frame: bytes
    to_client: bool


PppEvent = (
    LcpOpened | AuthStarted | AuthSucceeded | AuthFailed | AuthRefused | IpOpened | CcpOpened
    | CcpRefused | EncryptionWanted | ProtocolRejected | PeerIdentified | NotConverging
    | MruNotClamped | Malformed | EchoUnanswered | Reply | SendFrame | OutOfReach | Terminated
)  # fmt: skip
