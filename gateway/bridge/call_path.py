"""A call as the kernel is asked for it: its end inside, and once it is joined its end outside."""

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.local_leg import LocalLeg
from gateway.bridge.paths import PlaceOf, l2tp_end, nowhere, trunk_end
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import Session
from gateway.bridge.tracks import CallTrack
from gateway.paths import CallPath, GreEnd, L2tpEnd, PppdEnd, PptpEnd, Shielding


def call_path(track: CallTrack, place: PlaceOf = nowhere) -> CallPath | None:
    """None while there is nothing to ask for. `place` is where a worker's words are."""
    inside = _inside(track, place) if track.living and track.key else None
    if inside is None:
        return None
    session, outside = track.session, None
    leg = session.leg
    if track.joined and leg.track is not None:
        number = leg.track.number
        outside = l2tp_end(leg, number, session.tunnel, session.call, session.peer_call)
    return CallPath(inside, outside, shielding(session) if track.by_words else None)


def _inside(track: CallTrack, place: PlaceOf) -> PptpEnd | L2tpEnd | PppdEnd | None:
    """GRE is the kernel's from the first packet; a trunk's call, and a pppd's, when it is joined
    for the first time, and then it stays where it was."""
    inside = track.inside
    if isinstance(inside, PptpLeg):
        return pptp_end(track.session.leg, inside, place)
    if track.joined and isinstance(inside, LocalLeg):
        return inside.end
    if track.joined and isinstance(inside, L2tpLeg) and inside.trunk.track is not None:
        return trunk_end(inside, inside.trunk.track.number)
    return None if track.asked is None else track.asked.inside


def pptp_end(leg: ClientLeg, inside: PptpLeg, place: PlaceOf) -> PptpEnd:
    """A call whose GRE is the kernel's, or a worker's."""
    peer_call = inside.peer_call if inside.is_up else None
    gre = None
    if inside.worked:
        places = [place(leg, inside.gre, name) for name in ("sent", "heard")]
        gre = GreEnd(inside.window, inside.strict, inside.speaker, *places)
    return PptpEnd(inside.source, inside.server.host, inside.call_id, peer_call, gre)


def shielding(session: Session) -> Shielding | None:
    """What a worker's shield goes by; None: there is to be none."""
    kept = session.crossing.kept().shield
    if kept is None:
        return None
    return Shielding(kept.most, kept.mss, kept.short, kept.bare, kept.compressed)
