"""Many strongSwan clients that dial at once: a shell in each does what `OldClient.dial` does."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tests.interop.lab import pppd, strongswan, xl2tpd
from tests.interop.lab.client import OldClient
from tests.interop.lab.world import until


@dataclass(frozen=True, slots=True)
class Arrival:
    """One of them is up. `milliseconds` are since all of them began."""

    milliseconds: int
    address: str
    server: str


def dial_at_once(clients: Sequence[OldClient], patience: int) -> list[Arrival | None]:
    """In their order; None for who was not up after so many seconds."""
    line = f"{strongswan.up_line(patience)} && {xl2tpd.CALL}"
    began = time.time()
    shells = [client.node.spawn(["sh", "-c", line], "dial") for client in clients]
    until(lambda: all(client.link() for client in clients), patience)
    for shell in shells:
        shell.kill()
        shell.wait()
    return [_arrival(client.link(), began) for client in clients]


def hang_up_at_once(clients: Sequence[OldClient]) -> None:
    """PPP and L2TP first, IKE a moment later, as `OldClient.hang_up`."""
    for client in clients:
        client.l2tp.hang_up()
    for client in clients:
        until(partial(_is_down, client), 10, f"{client.node.name}: end of the PPP link")
        client.ike.down()


def _is_down(client: OldClient) -> bool:
    return client.link() is None


def _arrival(link: pppd.Link | None, began: float) -> Arrival | None:
    if link is None:
        return None
    return Arrival(round(1000 * (link.since - began)), link.local, link.remote)
