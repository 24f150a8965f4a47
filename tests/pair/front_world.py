"""The gateway as the router before a native server, whose own address the clients dial."""

from dataclasses import dataclass, replace
from typing import Any

from gateway.control.config import Client, Front
from gateway.control.values import Network
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Datagram, build_checked_udp
from tests.pair import native_world
from tests.pair.gateway_world import INSIDE, GatewayNode
from tests.pair.native_world import NATIVE, Native
from tests.pair.peers.l2tp_ipsec_server import L2tpIpsecServer


@dataclass
class Router:
    """What the kernel does at the server's address: to the daemon, on to the server, or neither.

    `daemon` False: it is down, and `opens` says what the owner wants then.
    """

    gateway: GatewayNode
    server: L2tpIpsecServer
    daemon: bool = True
    opens: bool = False

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        if datagram.source.host == host_bytes(INSIDE):
            return self.server.receive(datagram, now)
        goes_on = (
            self.gateway.core.front.lets_pass(_packet(datagram)) if self.daemon else self.opens
        )
        if goes_on:
            return self.server.receive(datagram, now)
        return self.gateway.receive(datagram, now) if self.daemon else []

    def handle_timeout(self, now: float) -> list[Datagram]:
        return self.server.handle_timeout(now)

    def deadline(self) -> float | None:
        return self.server.deadline()


def meet(*clients: Client, direct: tuple[Network, ...] = (), **more: Any) -> tuple[Native, Router]:
    """A world as of `native_world`, whose clients dial the server; `direct` are networks."""
    world = native_world.meet(*clients, **more)
    world.net.leave(world.native)
    router = Router(world.gateway, world.native)
    world.net.join(router, NATIVE)
    world.dialled = NATIVE
    front = Front((host_bytes(NATIVE),), direct)
    world.core.reload(replace(world.core.config, front=front), world.net.now)
    return world, router


def _packet(datagram: Datagram) -> bytes:
    source, target, payload = datagram
    if target.port == 0:
        return build_ipv4(source.host, target.host, PROTOCOL_ESP, payload)
    segment = build_checked_udp(source, target, payload)
    return build_ipv4(source.host, target.host, PROTOCOL_UDP, segment)
