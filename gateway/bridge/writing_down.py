"""A client as it is now, written down as a `Household`."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.bridge.carried import describe_call, describe_leg
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.clients import Clients
from gateway.bridge.household import REMEMBERED, Household, LegValue, PairValue, SessionValue
from gateway.bridge.pptp_leg import PptpLeg, Worked
from gateway.bridge.session import Session
from gateway.esp import snapshot as esp
from gateway.ike import snapshot as ike
from gateway.l2tp import snapshot as l2tp
from gateway.pptp.gre import Gre

Place = Callable[[Any, str], int]
"""Where the word is that somebody counts in, by the field it is in."""


def describe(
    clients: Clients, leg: ClientLeg, sessions: Sequence[Session], place: Place
) -> Household:
    """`sessions` are those of its that are up."""
    peers = (clients.ike.sas.peers.get(handle) for handle in sorted(leg.handles))
    return Household(
        leg=_leg(leg),
        pairs=tuple(_pair(clients, pair, place) for pair in leg.pairs.values()),
        peers=tuple(ike.snapshot(peer) for peer in dict.fromkeys(peers) if peer is not None),
        tunnels=l2tp.snapshot(leg.lns),
        sessions=tuple(_session(each, place) for each in sessions),
    )


def counting(leg: ClientLeg, sessions: Sequence[Session]) -> list[tuple[Any, str]]:
    """Whoever counts on this client's road, and in which field."""
    found: list[tuple[Any, str]] = []
    for pair in leg.pairs.values():
        found += [(pair.inbound, "word"), (pair.outbound, "word")]
    for session in sessions:
        found.append((leg.lns.roads[session.call], "word"))
        gre = _gre(session)
        found += [] if gre is None else [(gre, "sent"), (gre, "heard")]
    return found


def _leg(leg: ClientLeg) -> LegValue:
    current = leg.current
    return LegValue(
        dial=leg.dial,
        client=leg.client,
        identity=leg.identity,
        local=leg.local,
        place=leg.place,
        client_port=leg.client_port,
        peer_tunnels=tuple(leg.peer_tunnels.items()),
        phases=tuple(sorted(leg.phases)),
        current=None if current is None else current.inbound.spi,
        idle_since=leg.idle_since,
        ike_suite=leg.ike_suite,
        natt=leg.natt,
        old_key=leg.old_key,
        seen=leg.who.seen,
        told=leg.who.told,
        quirks=leg.who.quirks,
        drops=tuple(leg.drops.by_reason.items()),
        carried=describe_leg(leg),
    )


def _pair(clients: Clients, pair: Pair, place: Place) -> PairValue:
    keys = pair.keymat_in, pair.keymat_out
    return PairValue(
        ike_sa=pair.ike_sa,
        carrier=int(pair.carrier),
        confirmed=pair.confirmed,
        retired=pair.retired,
        sa=esp.snapshot(clients.sas, pair.inbound, pair.outbound, *keys),
        heard=place(pair.inbound, "word"),
        sent=place(pair.outbound, "word"),
    )


def _session(session: Session, place: Place) -> SessionValue:
    inside, crossing = session.inside, session.crossing
    gre = _gre(session)
    return SessionValue(
        number=session.number,
        tunnel=session.tunnel,
        call=session.call,
        peer_call=session.peer_call,
        road=place(session.leg.lns.roads[session.call], "word"),
        route=session.route,
        inside=inside.kind,
        called=inside.kept() if isinstance(inside, PptpLeg) else None,
        sent=0 if gre is None else place(gre, "sent"),
        heard=0 if gre is None else place(gre, "heard"),
        carried=describe_call(session),
        encrypts=crossing.encrypts,
        crossed=crossing.kept(),
        **{name: getattr(session, name) for name in REMEMBERED},
    )


def _gre(session: Session) -> Gre | Worked | None:
    """Its GRE, if that is ours or a worker's."""
    inside = session.inside
    gre = inside.gre if isinstance(inside, PptpLeg) else None
    return gre if isinstance(gre, Gre | Worked) else None
