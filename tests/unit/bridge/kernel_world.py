"""A gateway whose kernel carries, with one client that is up."""

from dataclasses import replace
from typing import Any

from gateway.bridge.carrier import Carrier
from gateway.bridge.session import Session
from gateway.bridge.tracks import CallTrack, LegTrack
from gateway.outputs import What
from tests.pair.gateway_world import NAT, ROUTES, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.kernel import Kernel
from tests.pair.peers.ppp_end import IP


def carried(carrier: str = "auto", nat: Nat | None = None, **route: Any) -> World:
    """One session, carried as the route says; `route` is what it says besides."""
    usual: dict[str, Any] = {"carrier": carrier, "shield": False}
    world = meet(routes=tuple(replace(each, **(usual | route)) for each in ROUTES))
    client = world.join(nat=nat or Nat(NAT))
    world.dial(client)
    return world


def kernel_of(world: World) -> Kernel:
    assert world.gateway.kernel is not None
    return world.gateway.kernel


def carrier_of(world: World) -> Carrier:
    return world.core.carrier


def session_of(world: World) -> Session:
    [session] = world.core.sessions.values()
    return session


def call_of(world: World) -> CallTrack:
    track = session_of(world).track
    assert isinstance(track, CallTrack)
    return track


def leg_of(world: World) -> LegTrack:
    track = session_of(world).leg.track
    assert isinstance(track, LegTrack)
    return track


def told(world: World) -> list[str]:
    """Who carries, and if that is the daemon, why."""
    found = (fact.details for fact in world.facts(What.CARRIED))
    return [details.get("why", details["by"]) for details in found]


def say(world: World, count: int = 1, number: int = 0) -> None:
    """Frames from a client, and as many to it."""
    client, line = world.clients[number], world.server.line
    for _ in range(count):
        world.net.send(client.send_data(IP, b"from the client"))
        world.net.send(world.server.send_data(line, IP, b"from the server"))
        world.net.run_for(1 / 16)
