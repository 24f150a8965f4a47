"""Events of the protocol rooms as facts, which is all that people are told.

Each function is a table by type of event. What an owner does not need to know is left out.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from gateway.bridge.encryption import Encrypted, Unencrypted, named
from gateway.bridge.inside_leg import Answered, InsideLeg
from gateway.ike import events as ike
from gateway.l2tp import events as l2tp
from gateway.l2tp.numbers import Stop
from gateway.l2tp.tunnel import NOT_CONFIRMED, SILENT
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


class By(Enum):
    """Who has ended a session."""

    CLIENT = "client"
    SERVER = "server"
    OWNER = "owner"
    GATEWAY = "gateway"
    NOBODY = "nobody"  # the client was not heard of any more


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
        lambda event: {
            "reason": event.reason.value,
            "detail": event.detail,
            "client": event.credential,
        },
    ),
}


def tell_l2tp(event: l2tp.L2tpEvent, dial: int, peer: Endpoint) -> list[Fact]:
    """Only the tunnel: calls are told of by their session."""
    if isinstance(event, l2tp.TunnelClosed):
        reason = _never_opened(event)
        told = {"reason": reason, "detail": event.message}
        return [Fact(What.REFUSED, dial, str(peer), told)] if reason else []
    if not isinstance(event, l2tp.TunnelOpened):
        return []
    details = {
        "tunnel": str(event.tunnel),
        "peer_tunnel": str(event.peer_tunnel),
        "host_name": event.host_name,
        "vendor": event.vendor,
    }
    return [Fact(What.TUNNEL_OPENED, dial, str(peer), details)]


def _never_opened(event: l2tp.TunnelClosed) -> str:
    """Why there was no tunnel; nothing where one end just thought better of it."""
    if event.message in (SILENT.message, NOT_CONFIRMED.message):
        return "l2tp tunnel unanswered"
    return "" if event.by_peer or event.result == Stop.REQUESTED else "l2tp tunnel refused"


def why_ended(event: l2tp.CallClosed) -> tuple[str, By]:
    """Why a client's call is over, for a person, and by whom."""
    if not event.by_peer:
        return event.message, By.NOBODY if event.result == 0 else By.GATEWAY
    return "the client hung up" + (f" ({event.message})" if event.message else ""), By.CLIENT


def tell_refusal(server: str, reason: str, busy: bool) -> tuple[What, Details]:
    """What a session says when its server takes no call."""
    more = " (busy)" if busy and "busy" not in reason else ""
    return What.REFUSED, {"reason": "server refused", "detail": f"{server}: {reason}{more}"}


def tell_closed(
    reason: str, by: By, seconds: float, moved: tuple[int, int]
) -> tuple[What, Details]:
    """What a session says at its end; `moved` are the bytes in and out."""
    bytes_in, bytes_out = map(str, moved)
    return What.SESSION_CLOSED, {
        "reason": reason,
        "by": by.value,
        "seconds": f"{seconds:.0f}",
        "bytes_in": bytes_in,
        "bytes_out": bytes_out,
    }


def tell_call(inside: InsideLeg) -> tuple[What, Details]:
    """What a session says when it calls its server."""
    call_id = str(inside.call_id)
    server = inside.called
    return What.SERVER_CALLED, {"server": server, "call_id": call_id, "kind": inside.kind}


def tell_answer(inside: InsideLeg, answer: Answered) -> tuple[What, Details]:
    """What a session says when its server has taken the call."""
    return What.SERVER_ANSWERED, {
        "server": inside.called,
        "call_id": str(inside.call_id),
        "peer_call_id": str(answer.peer_call or ""),
        "vendor": answer.vendor,
        "kind": inside.kind,
        "encryption": inside.encryption,
    }


def tell_encryption(event: Encrypted | Unencrypted, user: str) -> tuple[What, Details]:
    """What a session says of encryption by the gateway, in the name of `user`."""
    if isinstance(event, Encrypted):
        sent, received = named(event.sent), named(event.received)
        return What.ENCRYPTED, {"sent": sent, "received": received}
    reason = f"encryption: {event.reason}"
    return What.REFUSED, {"reason": reason, "detail": event.detail, "user": user}


def tell_ppp(event: ppp.PppEvent) -> list[tuple[What, Details]]:
    """What a session says of an event of its PPP; for itself it adds what only it knows."""
    row = PPP.get(type(event))
    return [] if row is None else [(row[0], row[1](event))]


def _side(by_client: bool) -> str:
    return "the client" if by_client else "the server"


def _not_spoken(event: ppp.ProtocolRejected) -> Details:
    who, whose = _side(event.by_client), _side(not event.by_client)
    what = f"{who} does not speak {event.protocol}, which {whose} has tried"
    return {"what": what, "protocol": event.protocol}


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
            "user": event.user,
            "code": str(event.code) if event.code else "",
        },
    ),
    ppp.AuthRefused: (
        What.REFUSED,
        lambda event: {
            "reason": "ppp: the client refuses the server's kind of authentication",
            "detail": f"the server asks for {event.offered}, the client for {event.wanted or '?'}",
        },
    ),
    ppp.CcpRefused: (
        What.CCP_REFUSED,
        lambda event: {"by": _side(event.by_client), "why": event.reason},
    ),
    ppp.IpOpened: (
        What.PPP_UP,
        lambda event: {"client_ip": event.client_ip, "server_ip": event.server_ip},
    ),
    ppp.OutOfReach: (What.OUT_OF_REACH, _place),
    ppp.Terminated: (
        What.PPP_ENDED,
        lambda event: {"by": _side(event.by_client), "reason": event.reason},
    ),
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
