"""What ESP shows of a client, whoever has opened it: that it lives, and that keys are used up."""

from gateway.bridge.client_leg import NOTED_EVERY, ClientLeg, Pair
from gateway.bridge.clients import Clients
from gateway.outputs import Output


def note_alive(clients: Clients, leg: ClientLeg, pair: Pair, now: float) -> None:
    """A packet came by the pair: L2TP and IKE need not ask for a while."""
    if now - leg.noted > NOTED_EVERY:
        leg.noted = now
        leg.lns.note_alive(now)
        clients.ike.note_alive(pair.ike_sa, now)


def end_pair(clients: Clients, spi: int, now: float) -> list[Output]:
    """A lifetime is used up."""
    return clients.carry(clients.ike.close_pair(spi, now), now) if spi in clients.by_spi else []
