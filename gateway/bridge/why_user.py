"""Why a session stays in the daemon, where it does: reasons that `postern sessions` shows."""

from typing import TYPE_CHECKING, Final

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.paths import why_not
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.tracks import KERNEL, USER, CallTrack, LegTrack
from gateway.paths import worker_of

if TYPE_CHECKING:
    from gateway.bridge.carrier import Carrier

IN_FRONT: Final = "the client dials the server's own address, which is not this machine's"
NATIVE: Final = "the server speaks L2TP, and no worker does towards one"
BEGUN: Final = "the call was begun by the daemon, and the next one need not be"
NO_KERNEL: Final = "workers carry here, and not the kernel"
NO_WORD: Final = "there is no memory that outlives a worker"


def why_user(carrier: "Carrier", leg: ClientLeg, wanted: str, own_hands: str) -> str:
    """Why a call of this client is neither the kernel's nor a worker's; nothing if it can be."""
    workers = carrier.abilities.workers
    if wanted == USER and not workers:
        return "the route says so"
    if wanted == KERNEL and workers:
        return NO_KERNEL
    return own_hands or _why_leg(carrier, leg)


def why_apart(carrier: "Carrier", call: CallTrack) -> str:
    """Why the two ends of a session that is through are not joined; nothing if they can be."""
    session, leg = call.session, call.session.leg
    why = session.own_hands or _why_leg(carrier, leg)
    if why:
        return why
    if not call.key:
        return BEGUN
    if carrier.abilities.workers and isinstance(call.inside, L2tpLeg):
        return NATIVE
    why = carrier.trunks.why_not(call.inside, carrier.abilities)
    if why:
        return why
    if leg.lns.is_numbered(session.call):
        return "the client numbers its frames"
    if carrier.abilities.workers:
        return _why_no_worker(carrier, leg, call)
    holder = carrier.tunnels.get(session.tunnel)
    if holder is not None and holder is not leg.track:
        return "another client's tunnel has the same number"
    track = leg.track
    if isinstance(track, LegTrack) and track.tunnel not in (0, session.tunnel):
        return "another tunnel of this client is in the kernel"
    return ""


def _why_no_worker(carrier: "Carrier", leg: ClientLeg, call: CallTrack) -> str:
    """`leg` has keys, which are all one worker's."""
    workers, inside = carrier.abilities.workers, call.inside
    owner = {worker_of(spi, workers) for spi in leg.pairs}
    if not isinstance(inside, PptpLeg) or owner != {worker_of(inside.call_id, workers)}:
        return "its keys and its call belong to two workers"
    placed = [carrier.place_of(leg, pair.inbound, "word") for pair in leg.pairs.values()]
    return "" if all(placed) and carrier.place_of(leg, inside.gre, "sent") else NO_WORD


def _why_leg(carrier: "Carrier", leg: ClientLeg) -> str:
    """Only what is sent to this machine passes where the kernel gives virtual addresses, or where
    a worker's queue is."""
    in_front = IN_FRONT if leg.local.host in carrier.fronts else ""
    return leg.why_user or in_front or why_not(leg, carrier.abilities)
