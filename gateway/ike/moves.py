"""A client in another place than before, and who may be the same client in two places.

One name, one identity, two mappings: a client whose NAT has given it another port and which renews
its phase 1 from there, or a cloned machine behind a further NAT. Which of these it is shows in ESP
and L2TP, so the bridge says it (`Ike.join`); until then a client is asked in all places whether it
lives.
"""

from gateway.ike.events import Floated, PeerMoved
from gateway.ike.numbers import PORT_NATT
from gateway.ike.peers import Peer
from gateway.ike.phase1 import Phase1
from gateway.ike.sas import Sas
from gateway.wire.udp import Datagram, Endpoint

MOST_PLACES = 2  # of others like a client, where it is asked too


def follow(phase: Phase1, datagram: Datagram) -> list[Floated | PeerMoved]:
    """The client is where its newest message of main mode came from.

    It may float with the fifth, as it should, with the third, or later; and a NAT may give its
    ports 500 and 4500 different addresses.
    """
    floated = datagram.target.port == PORT_NATT and phase.local.port != PORT_NATT
    moved = datagram.source != phase.peer
    phase.local, phase.peer = datagram.target, datagram.source
    if floated:
        return [Floated(phase.sa, phase.local, phase.peer)]
    return [PeerMoved(phase.sa, phase.peer)] if moved else []


def move(peer: Peer, endpoint: Endpoint) -> None:
    """Speak to the client there from now on."""
    for phase in peer.phases:
        if phase.peer == peer.endpoint:
            phase.peer = endpoint
    peer.endpoint = endpoint


def elsewhere(sas: Sas, peer: Peer) -> list[Endpoint]:
    """Where a client may be that does not answer at its place.

    Where its ESP comes from, or where one like it has come from: which may be itself.
    """
    places = [other.endpoint for other in sas.like(peer)][-MOST_PLACES:]
    places += [] if peer.esp is None else [peer.esp]
    return [place for place in dict.fromkeys(places) if place != peer.endpoint]
