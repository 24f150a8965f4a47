"""What a configuration asks of the machine: which packets come to the daemon, and by which door.

Packets of native servers have a queue of their own: the kernel puts in it only what comes in by the
inside interface, from a server's address to one of ours. So who speaks to the outside interface can
never be taken for a server, whatever address it writes in its packets. What is on its way to a
server that the gateway stands in front of has one too, for only of that some may go on. ESP of
clients has several, each for its SPIs.
"""

from collections.abc import Iterable
from typing import Final

from gateway.control.config import Config
from gateway.control.schema_front import OPEN
from gateway.control.schema_routes import L2TP_IPSEC, PPTP
from gateway.system.rules import FrontRules, InsideRules, Rules
from gateway.system.virtual import Pool

QUEUE: Final = 1701
INSIDE_QUEUE: Final = 1702
FRONT_QUEUE: Final = 1703
ESP_QUEUES: Final = tuple(range(1704, 1712))

Place = tuple[bytes, bytes]  # our host and the server's


def wanted_rules(config: Config, living: Iterable[Place] = (), virtual: str = "") -> Rules:
    """`living` are places of connections that stand, whatever the configuration says by now.

    `virtual` is the network of virtual addresses, if there are any.
    """
    outside, inside = config.outside, _inside(config, list(living))
    front, interfaces = _front(config), (outside.interface,)
    return Rules(interfaces, outside.addresses, QUEUE, inside, front, virtual, ESP_QUEUES)


def wanted_pool(config: Config) -> Pool:
    """The virtual addresses, and where clients come in."""
    outside = config.outside
    first, size = outside.virtual.first, outside.virtual.size()
    bits = 33 - size.bit_length()
    return Pool(first.to_bytes(4, "big"), bits, outside.interface, outside.addresses)


def servers_of(config: Config) -> set[bytes]:
    """The hosts of all PPTP servers."""
    pptp = (route for route in config.routes if route.kind == PPTP)
    return {server.host for route in pptp for server in route.servers}


def wanted_addresses(config: Config, living: Iterable[Place] = ()) -> tuple[bytes, ...]:
    """Addresses the gateway must have inside besides its own: those of pools."""
    native = [route for route in config.routes if route.kind == L2TP_IPSEC]
    pools = {host for route in native for host in route.pool}
    pools |= {host for host, _ in living if host != config.inside.address}
    return tuple(sorted(pools))


def _inside(config: Config, living: list[Place]) -> InsideRules | None:
    inside = config.inside
    native = [route for route in config.routes if route.kind == L2TP_IPSEC]
    servers = {server.host for route in native for server in route.servers}
    servers |= {server for _, server in living}
    if not servers or inside.interface is None or inside.address is None:
        return None
    ours = {inside.address, *wanted_addresses(config, living)}
    return InsideRules(inside.interface, tuple(sorted(servers)), tuple(sorted(ours)), INSIDE_QUEUE)


def _front(config: Config) -> FrontRules | None:
    front, interface = config.front, config.inside.interface
    if not front.servers or interface is None:
        return None
    return FrontRules(interface, tuple(sorted(front.servers)), FRONT_QUEUE, front.fail == OPEN)
