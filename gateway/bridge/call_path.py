"""A call as the kernel is asked for it: its end inside, and once it is joined its end outside."""

from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.paths import l2tp_end, trunk_end
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.tracks import CallTrack
from gateway.paths import CallPath, L2tpEnd, PptpEnd


def call_path(track: CallTrack) -> CallPath | None:
    """None while there is nothing to ask for."""
    inside = _inside(track) if track.living and track.key else None
    if inside is None:
        return None
    session, outside = track.session, None
    leg = session.leg
    if track.joined and leg.track is not None:
        number = leg.track.number
        outside = l2tp_end(leg, number, session.tunnel, session.call, session.peer_call)
    return CallPath(inside, outside)


def _inside(track: CallTrack) -> PptpEnd | L2tpEnd | None:
    """GRE is the kernel's from the first packet; a trunk's call when it is joined for the first
    time, and then it stays where it was."""
    inside = track.inside
    if isinstance(inside, PptpLeg):
        peer_call = inside.peer_call if inside.is_up else None
        return PptpEnd(inside.source, inside.server.host, inside.call_id, peer_call)
    if not isinstance(inside, L2tpLeg):
        return None
    trunk = inside.trunk.track
    if track.joined and trunk is not None:
        return trunk_end(inside, trunk.number)
    return None if track.asked is None else track.asked.inside
