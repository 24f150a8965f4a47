"""What the LNS reports and asks for. `tunnel` and `call` are always our ids.

A TunnelClosed without a TunnelOpened is a dial that was refused or never completed; `tunnel` is 0
if it never had an id. Where nothing was said on the wire, as when a peer falls silent, `result` is
0 and only `message` tells why.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """A UDP payload for the peer."""

    message: bytes


@dataclass(frozen=True, slots=True)
class TunnelOpened:
    """`firmware` and `window` are 0 if the peer did not say; `client_kind` is of quirks.py.

    `pairs` has the kinds of its SCCRQ's pairs as they stood, `quirks` what was forgiven it or will
    be, in words from quirks.py.
    """

    tunnel: int
    peer_tunnel: int
    host_name: str
    vendor: str
    firmware: int
    client_kind: str | None
    window: int = 0
    pairs: tuple[int, ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRequested:
    """An ICRQ came and is acknowledged; `answer` or `refuse` it."""

    tunnel: int
    call: int
    peer_call: int
    serial: int
    called: str
    calling: str


@dataclass(frozen=True, slots=True)
class CallOpened:
    """Frames may pass. What the peer says of a proxy LCP is ignored: PPP goes end to end."""

    tunnel: int
    call: int
    peer_call: int
    sequencing: bool


@dataclass(frozen=True, slots=True)
class CallClosed:
    """`result` and `error` as in the CDN, or the StopCCN if the whole tunnel fell."""

    tunnel: int
    call: int
    by_peer: bool
    result: int
    error: int
    message: str


@dataclass(frozen=True, slots=True)
class TunnelClosed:
    """Comes after a CallClosed for each of its calls."""

    tunnel: int
    by_peer: bool
    result: int
    error: int
    message: str


L2tpEvent = Send | TunnelOpened | CallRequested | CallOpened | CallClosed | TunnelClosed
