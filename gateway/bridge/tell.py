"""Events of the protocol rooms as facts, which is all that people are told.

Each function is a table by type of event. What an owner does not need to know is left out.
"""

from collections.abc import Callable

from gateway.ike import events as ike
from gateway.l2tp import events as l2tp
from gateway.outputs import Fact, What
from gateway.ppp import events as ppp
from gateway.wire.udp import Endpoint

Details = dict[str, str]
Told = tuple[What, Details] | None
NAT_PLACES = {
    (False, False): "nowhere",
    (True, False): "client",
    (False, True): "gateway",
    (True, True): "both",
}


def tell_ike(event: ike.IkeEvent, dial: int, peer: Endpoint | None) -> list[Fact]:
    """`dial` and `peer` are those of the event's phase 1, as far as it is known."""
    told = _ike(event)
    if isinstance(event, ike.Started | ike.Refused):
        peer = event.peer
    return [] if told is None else [Fact(told[0], dial, str(peer or ""), told[1])]


def _ike(event: ike.IkeEvent) -> Told:
    match event:
        case ike.Started(local=local):
            return What.DIAL_STARTED, {"local": str(local)}
        case ike.Offered(vendors=vendors, natt=natt, suites=suites):
            return What.OFFERED, {
                "vendors": ", ".join(vendors),
                "natt": ", ".join(natt) or "none",
                "suites": ", ".join(suites),
            }
        case ike.Chosen(suite=suite, natt=natt_chosen):
            return What.CHOSEN, {"suite": suite, "natt": natt_chosen or "none"}
        case ike.NatFound(client=client, gateway=gateway):
            return What.NAT_FOUND, {"where": NAT_PLACES[client, gateway]}
        case ike.Floated(local=local):
            return What.FLOATED, {"port": str(local.port)}
        case ike.Authenticated(credential=name, identity=identity):
            return What.AUTHENTICATED, {"client": name, "identity": identity}
        case ike.PeerMoved(peer=to):
            return What.PEER_MOVED, {"to": str(to)}
        case ike.Phase1Closed(reason=reason):
            return What.PHASE1_CLOSED, {"reason": reason}
        case ike.Refused(reason=why, detail=detail):
            return What.REFUSED, {"reason": why.value, "detail": detail}
        case ike.PairClosed(spi_in=spi, reason=reason):
            return What.SA_CLOSED, {"spi_in": f"{spi:08x}", "reason": reason}
        case ike.PairReady():
            return What.SA_READY, _pair_ready(event)
        case _:
            return None


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


def tell_ppp(event: ppp.PppEvent, say: Callable[[What, Details], Fact]) -> list[Fact]:
    told = _ppp(event)
    return [] if told is None else [say(*told)]


def _ppp(event: ppp.PppEvent) -> Told:
    return None
