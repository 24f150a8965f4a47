"""Sessions and the gateway as their owner sees them: control's views, filled from what is here."""

from collections import Counter
from dataclasses import replace

from gateway.bridge.crossing import CLEAR
from gateway.bridge.gateway import Gateway
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.control.days import UNTOLD
from gateway.control.explain import sentence
from gateway.control.sessions import SessionView, StatusView

STATES = {
    State.CALLING: "dialling",
    State.ANSWERED: "dialling",
    State.DIVERTED: "dialling",
    State.CLOSING: "closing",
}


def session_views(gateway: Gateway, now: float) -> list[SessionView]:
    """All sessions, oldest first."""
    return [session_view(session, now) for session in gateway.sessions.values()]


def session_view(session: Session, now: float) -> SessionView:
    leg, inside = session.leg, session.inside
    pair = leg.current
    return SessionView(
        id=session.number,
        client=leg.client,
        peer=str(leg.peer),
        identity=leg.identity,
        system=leg.who.known.name,
        confidence=leg.who.known.confidence,
        why=leg.who.known.why,
        quirks=leg.who.quirks,
        rotation="old" if leg.old_key else "",
        since=round(now - session.began, 3),
        state=state_of(session),
        natt=leg.natt,
        ike_suite=leg.ike_suite,
        esp_suite="" if pair is None else pair.suite,
        spi_in="" if pair is None else f"{pair.inbound.spi:08x}",
        spi_out="" if pair is None else f"{pair.outbound.spi:08x}",
        l2tp_tunnel=session.tunnel,
        l2tp_peer_tunnel=leg.peer_tunnels.get(session.tunnel, 0),
        l2tp_call=session.call,
        l2tp_peer_call=session.peer_call,
        inside_kind=inside.kind,
        inside_call=inside.call_id,
        inside_peer_call=inside.peer_call,
        encryption=_encryption(session),
        reach=session.crossing.reach,
        route=session.route,
        server=inside.called,
        user=session.user,
        client_ip=session.client_ip,
        server_ip=session.server_ip,
        frames_in=session.frames_in,
        frames_out=session.frames_out,
        bytes_in=session.bytes_in,
        bytes_out=session.bytes_out,
        drops=_drops(session),
        last_error=session.last_error,
    )


def _encryption(session: Session) -> str:
    """Of the inside leg: what its own protocol has, and what PPP has within that."""
    leg, ppp = session.inside.encryption, session.crossing.encryption
    if ppp == CLEAR:
        return leg
    return ppp if leg == CLEAR else f"{leg}, {ppp}"


def state_of(session: Session) -> str:
    """One of `STATES` of control's views."""
    if session.state is State.UP and session.leg.idle_since is not None:
        return "idle"
    return STATES.get(session.state, "up" if session.client_ip else "dialling")


def _drops(session: Session) -> dict[str, int]:
    """What did not get through on the client's leg, and on this session's inside leg."""
    found = Counter(session.leg.drops.by_reason)
    for pair in session.leg.pairs.values():
        for half in (pair.inbound, pair.outbound):
            found.update({name.lower(): n for name, n in half.counters().drops.items()})
    found.update(session.inside.drops())
    found.update(session.crossing.counts)
    return dict(found)


def refusals(gateway: Gateway, now: float) -> tuple[str, ...]:
    """The newest refusals in a sentence each, newest first."""
    return tuple(
        f"{_ago(now - when)} ago: {sentence(fact)}" for when, fact in gateway.accounts.failures()
    )


def servers_down(gateway: Gateway, now: float) -> tuple[str, ...]:
    """The servers of routes with several that are not there."""
    return tuple(
        f"{server.endpoint} of {server.route.name}, for {_ago(now - since)}: {server.reason}"
        for server, since in gateway.board.servers.down()
    )


def with_notices(status: StatusView, gateway: Gateway, now: float) -> StatusView:
    """What has a last day, and what day it is."""
    found = gateway.watch.notices(now)
    return replace(
        status,
        today="" if gateway.watch.today == UNTOLD else str(gateway.watch.today),
        warnings=tuple(notice.text for notice in found if notice.warning),
        notices=tuple(notice.text for notice in found if not notice.warning),
    )


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
