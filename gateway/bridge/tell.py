"""Events of the protocol rooms as facts, which is all that people are told.

Each function is a table by type of event. What an owner does not need to know is left out.
"""

from collections.abc import Callable
from typing import Any, Final

from gateway.ike import events as ike
from gateway.l2tp import events as l2tp
from gateway.outputs import Fact, What
from gateway.ppp import events as ppp
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint

Details = dict[str, str]
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
NAT_PLACES = {
    (False, False): "nowhere",
    (True, False): "client",
    (False, True): "gateway",
    (True, True): "both",
}


def tell_ike(event: ike.IkeEvent, dial: int, peer: Endpoint | None) -> list[Fact]:
    """`dial` and `peer` are those of the event's phase 1, as far as it is known."""
    row = IKE.get(type(event))
    if row is None:
        return []
    if isinstance(event, ike.Started | ike.Refused):
        peer = event.peer
    what, details = row
    return [Fact(what, dial, str(peer or ""), details(event))]


def _pair_ready(event: ike.PairReady) -> Details:
    details = {
        "suite": event.suite,
        "spi_in": f"{event.spi_in:08x}",
        "spi_out": f"{event.spi_out:08x}",
        "encapsulation": "udp" if event.marker else "esp",
        "life_seconds": str(event.life_seconds),
    }
    if event.life_kilobytes is not None:
        details["life_kilobytes"] = str(event.life_kilobytes)
    return details


IKE: Final[dict[type[Any], tuple[What, Callable[[Any], Details]]]] = {
    ike.Started: (What.DIAL_STARTED, lambda event: {"local": str(event.local)}),
    ike.Offered: (
        What.OFFERED,
        lambda event: {
            "vendors": ", ".join(event.vendors),
            "natt": ", ".join(event.natt) or "none",
            "suites": ", ".join(event.suites),
        },
    ),
    ike.Chosen: (
        What.CHOSEN,
        lambda event: {"suite": event.suite, "natt": event.natt or "none"},
    ),
    ike.NatFound: (
        What.NAT_FOUND,
        lambda event: {
            "where": NAT_PLACES[event.client, event.gateway],
            "hidden": "yes" if event.hidden else "",
        },
    ),
    ike.Floated: (What.FLOATED, lambda event: {"port": str(event.local.port)}),
    ike.Authenticated: (
        What.AUTHENTICATED,
        lambda event: {
            "client": event.credential,
            "identity": event.identity,
            **({"certificate": event.certificate} if event.certificate else {}),
        },
    ),
    ike.PeerMoved: (What.PEER_MOVED, lambda event: {"to": str(event.peer)}),
    ike.PairReady: (What.SA_READY, _pair_ready),
    ike.PairClosed: (
        What.SA_CLOSED,
        lambda event: {"spi_in": f"{event.spi_in:08x}", "reason": event.reason},
    ),
    ike.Phase1Closed: (What.PHASE1_CLOSED, lambda event: {"reason": event.reason}),
    ike.Refused: (
        What.REFUSED,
        lambda event: {"reason": event.reason.value, "detail": event.detail},
    ),
}


def tell_l2tp(event: l2tp.L2tpEvent, dial: int, peer: Endpoint) -> list[Fact]:
    """Only the tunnel: calls are told of by their session."""
    if not isinstance(event, l2tp.TunnelOpened):
        return []
    details = {
        "tunnel": str(event.tunnel),
        "peer_tunnel": str(event.peer_tunnel),
        "host_name": event.host_name,
        "vendor": event.vendor,
    }
    return [Fact(What.TUNNEL_OPENED, dial, str(peer), details)]


def why_ended(event: l2tp.CallClosed) -> str:
    """Why a client's call is over, for a person."""
    if not event.by_peer:
        return event.message
    return "the client hung up" + (f" ({event.message})" if event.message else "")


def tell_ppp(event: ppp.PppEvent) -> list[tuple[What, Details]]:
    """What a session says of an event of its PPP; for itself it adds what only it knows."""
    row = PPP.get(type(event))
    return [] if row is None else [(row[0], row[1](event))]


def _side(by_client: bool) -> str:
    return "the client" if by_client else "the server"


def _not_spoken(event: ppp.ProtocolRejected) -> Details:
    who, whose = _side(event.by_client), _side(not event.by_client)
    return {"what": f"{who} does not speak {event.protocol}, which {whose} has tried"}


def _place(event: ppp.OutOfReach) -> Details:
    """As the owner would write it in `reach`."""
    name = PROTOCOLS.get(event.protocol, f"ip/{event.protocol}")
    return {"place": f"{host_text(event.host)} {name}" + (f"/{event.port}" if event.port else "")}


PPP: Final[dict[type[Any], tuple[What, Callable[[Any], Details]]]] = {
    ppp.LcpOpened: (
        What.LCP_OPENED,
        lambda event: {
            "mru_client": str(event.mru_client),
            "mru_server": str(event.mru_server),
            "auth": event.auth,
        },
    ),
    ppp.AuthSucceeded: (What.USER_ACCEPTED, lambda event: {"user": event.user}),
    ppp.AuthFailed: (
        What.REFUSED,
        lambda event: {
            "reason": "ppp authentication failed",
            "detail": f"user {event.user}: {event.message}",
        },
    ),
    ppp.AuthRefused: (
        What.REFUSED,
        lambda event: {
            "reason": "ppp: the client refuses the server's kind of authentication",
            "detail": f"the server asks for {event.offered}, the client for {event.wanted or '?'}",
        },
    ),
    ppp.IpOpened: (
        What.PPP_UP,
        lambda event: {"client_ip": event.client_ip, "server_ip": event.server_ip},
    ),
    ppp.OutOfReach: (What.OUT_OF_REACH, _place),
    ppp.ProtocolRejected: (What.TROUBLE, _not_spoken),
    ppp.NotConverging: (
        What.REFUSED,
        lambda event: {
            "reason": "ppp: client and server do not agree",
            "detail": f"{event.protocol}: {event.reason}",
        },
    ),
    ppp.MruNotClamped: (
        What.TROUBLE,
        lambda event: {
            "what": f"{_side(event.by_client)} does not take a smaller MRU, so packets may be cut"
        },
    ),
    ppp.EchoUnanswered: (
        What.TROUBLE,
        lambda event: {
            "what": f"{_side(event.by_client)} has not answered {event.count} LCP echoes of "
            f"{_side(not event.by_client)}, which may hang up"
        },
    ),
    ppp.Malformed: (
        What.TROUBLE,
        lambda event: {
            "what": f"{_side(event.from_client)} has sent a PPP packet that is not one, which was "
            f"dropped: {event.reason}"
        },
    ),
}
