"""Putting clients out at once: after a reload, or when a day has passed.

L2TP and IKE say good-bye while there are keys for it; then the keys are forgotten, so that nothing
the client still sends is heard. Its sessions are ended by `Gateway`, which finds its legs in
`Clients.dead`.
"""

from gateway.bridge import guest
from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.clients import Clients
from gateway.bridge.watch import Watch
from gateway.ike.peers import Peer
from gateway.outputs import Fact, Output, What


def put_out(clients: Clients, watch: Watch, now: float) -> list[Output]:
    """Everybody who may not stay."""
    found: list[Output] = []
    for peer in clients.ike.peers():
        if peer.credential != guest.NAME:
            why = watch.why_out(peer.credential, peer.psk, suites_of(clients, peer), peer.shown)
            found += _put_out(clients, peer, why, now) if why else []
    return found


def suites_of(clients: Clients, peer: Peer) -> set[str]:
    """All that protect anything of this client now."""
    esp = {clients.by_spi[spi][1].suite for spi in peer.pairs if spi in clients.by_spi}
    return esp | {phase.suite.name for phase in peer.phases}


def _put_out(clients: Clients, peer: Peer, why: str, now: float) -> list[Output]:
    details = {"client": peer.credential, "reason": why}
    legs = _legs_of(clients, peer)
    dial = legs[0].dial if legs else 0
    found: list[Output] = [Fact(What.PUT_OUT, dial, str(peer.endpoint), details)]
    for leg in legs:
        found += leg.carry(leg.lns.close(why, now))
    found += clients.carry(clients.ike.expel(peer, why), now)
    clients.dead |= dict.fromkeys(legs, why)
    return found


def _legs_of(clients: Clients, peer: Peer) -> list[ClientLeg]:
    by_spi = [clients.by_spi[spi][0] for spi in peer.pairs if spi in clients.by_spi]
    handles = [phase.sa for phase in peer.phases if phase.sa in clients.phases]
    by_phase = [clients.phases[handle].leg for handle in handles]
    return list(dict.fromkeys([*by_spi, *(leg for leg in by_phase if leg is not None)]))
