"""One client and its sessions as a value that outlives this process.

Each room says for itself what is left of its part. What is counted on the road is in words, whose
places stand here; it is newer than the value. Times are the caller's clock, which goes on.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.bridge.carried import CallCarried, LegCarried
from gateway.bridge.crossing import Crossed
from gateway.bridge.place import Place
from gateway.bridge.pptp_leg import Called
from gateway.bridge.recognise import Seen
from gateway.bridge.session import Session
from gateway.esp.snapshot import SaState
from gateway.ike.snapshot import PeerState
from gateway.l2tp.snapshot import TunnelValue
from gateway.wire.record import shape_of
from gateway.wire.udp import Endpoint

VERSION: Final = 1  # goes up when the same fields mean something else
HOST, LARGEST = 4, 0xFFFF  # bytes of an address; a port, and an id of L2TP or PPTP


@dataclass(frozen=True, slots=True)
class PairValue:
    """`heard` and `sent` are the places of two words."""

    ike_sa: int
    carrier: int
    confirmed: bool
    retired: bool
    sa: SaState
    heard: int
    sent: int


@dataclass(frozen=True, slots=True)
class SessionValue:
    """`called` is None where the call inside cannot be taken up: there it is not by PPTP. `sent`
    and `heard` are the words of its GRE, if that is ours, `road` that of the client's call."""

    number: int
    tunnel: int
    call: int
    peer_call: int
    road: int
    route: str
    inside: str
    called: Called | None
    sent: int
    heard: int
    carried: CallCarried | None
    encrypts: bool
    crossed: Crossed
    began: float
    dialled: float
    user: str
    method: str
    client_ip: str
    server_ip: str
    last_error: str
    frames_in: int
    frames_out: int
    bytes_in: int
    bytes_out: int
    control_in: int
    control_out: int
    from_server: int


@dataclass(frozen=True, slots=True)
class LegValue:
    """`current` is the SPI of the pair that sends."""

    dial: int
    client: str
    identity: str
    local: Endpoint
    place: Place
    client_port: int
    peer_tunnels: tuple[tuple[int, int], ...]
    phases: tuple[int, ...]
    current: int | None
    idle_since: float | None
    ike_suite: str
    natt: str
    old_key: bool
    seen: Seen
    told: str
    quirks: tuple[str, ...]
    drops: tuple[tuple[str, int], ...]
    carried: LegCarried | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Household:
    """Everything of one client."""

    leg: LegValue
    pairs: tuple[PairValue, ...] = field(repr=False)
    peers: tuple[PeerState, ...] = field(repr=False)
    tunnels: tuple[TunnelValue, ...]
    sessions: tuple[SessionValue, ...]


def is_sound(value: Household) -> bool:
    """Whether every number and address fits the field of a packet that it will be put into."""
    places = [value.leg.local, value.leg.place.ike, value.leg.place.esp]
    places += [each for peer in value.peers for each in (peer.endpoint, *_ways(peer))]
    numbers = [value.leg.client_port]
    for tunnel in value.tunnels:
        numbers += [tunnel.tunnel, tunnel.peer_tunnel, tunnel.nr, tunnel.first]
        numbers += [number for call in tunnel.calls for number in (call.call, call.peer_call)]
        numbers += [call for call, _ in tunnel.unacknowledged]
    for called in (session.called for session in value.sessions):
        if called is not None:
            places += [called.server, Endpoint(called.source or bytes(4), 0)]
            numbers += [called.call_id, called.peer_call, called.caller.peer_call]
            numbers += [0] if called.channel in (0, called.key) else [-1]
    numbers += [place.port for place in places]
    hosts = all(len(place.host) == HOST for place in places)
    return hosts and all(0 <= number <= LARGEST for number in numbers)


def _ways(peer: PeerState) -> list[Endpoint]:
    found = [] if peer.esp is None else [peer.esp]
    return found + [end for phase in peer.phases for end in (phase.local, phase.peer)]


COUNTED: Final = (
    "frames_in", "frames_out", "bytes_in", "bytes_out", "control_in", "control_out", "from_server",
)  # fmt: skip
REMEMBERED: Final = (
    "began", "dialled", "user", "method", "client_ip", "server_ip", "last_error", *COUNTED,
)  # fmt: skip


def remember(session: Session, value: SessionValue) -> None:
    """What people are shown of a session."""
    for name in REMEMBERED:
        setattr(session, name, getattr(value, name))


def shape() -> str:
    """What has to be the same for a successor to understand what was kept."""
    return f"{VERSION} {shape_of(Household)}"
