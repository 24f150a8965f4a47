"""The whole gateway with native L2TP/IPsec servers inside, on the virtual clock."""

from dataclasses import dataclass
from typing import Any

from gateway.control.config import Choice, Client, Route
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair import gateway_world
from tests.pair.gateway_world import World, client_entry
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.l2tp_ipsec_server import L2tpIpsecServer

NATIVE, SECOND = "192.0.2.30", "192.0.2.31"
POOL = tuple(host_bytes(f"192.0.2.{number}") for number in range(100, 108))
PSK = "between gateway and server"


@dataclass
class Native(World):
    """`native` is the server of route "w2k", `second` one more of the same route if it has two."""

    native: L2tpIpsecServer = None  # type: ignore[assignment]  # set by `meet`
    second: L2tpIpsecServer | None = None

    def errors(self) -> list[str]:
        found = super().errors() + self.native.errors
        return found + (self.second.errors if self.second else [])

    def dial_one(self, number: int = 0, **knobs: Any) -> L2tpIpsecClient:
        """One client more, behind a NAT of its own."""
        usual: dict[str, Any] = {
            "nat": Nat(f"203.0.113.{10 + number}"),
            "host": f"192.168.1.{2 + number}",
        }
        client = self.join(**(usual | knobs))
        self.dial(client)
        return client


def route_to(*servers: str, **changes: Any) -> Route:
    first, *others = (Endpoint(host_bytes(server), 1701) for server in servers)
    usual: dict[str, Any] = {
        "psk": PSK.encode(),
        "ike": ("3des-sha1-modp1024",),
        "esp": ("3des-sha1", "3des-md5"),
        "carrier": "auto",
        "shield": gateway_world.CARRIER == "user",  # which reads every frame
    }
    return Route("w2k", "l2tp-ipsec", first, tuple(others), **(usual | changes))


def meet(
    *clients: Client,
    habits: Habits | None = None,
    each: bool = False,
    two: bool = False,
    psk: str = PSK,
    lns: dict[str, Any] | None = None,
    choices: tuple[Choice, ...] = (),
    route: dict[str, Any] | None = None,
    **wire: Any,
) -> Native:
    """`each`: a tunnel for each call. `two`: the route has a second server. `psk` is the server's,
    `lns` its knobs, `route` changes the route, and `wire` goes to the `Net`."""
    pool: dict[str, Any] = {"tunnels": "each", "pool": POOL} if each else {}
    servers = (NATIVE, SECOND) if two else (NATIVE,)
    world = gateway_world.meet(
        *(clients or (client_entry(route="w2k"),)),
        routes=(route_to(*servers, **(pool | (route or {}))),),
        choices=choices,
        **wire,
    )
    natives = [
        L2tpIpsecServer(host_bytes(host), psk.encode(), seeded(50 + place), habits, **(lns or {}))
        for place, host in enumerate(servers)
    ]
    for native, host in zip(natives, servers, strict=True):
        world.net.join(native, host)
        world.gateway.natives.add(host_bytes(host))
    second = natives[1] if two else None
    return Native(**vars(world), native=natives[0], second=second)
