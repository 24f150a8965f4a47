"""A gateway whose kernel carries, with clients that are up at a native server."""

from typing import Any

from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.session import Session
from gateway.bridge.tracks import CallTrack, TrunkTrack
from gateway.bridge.trunk import Trunk
from gateway.control.config import Client
from gateway.outputs import What
from tests.pair.native_world import Native, meet
from tests.pair.peers.kernel import Kernel
from tests.pair.peers.ppp_end import IP


def up(clients: int = 1, *entries: Client, **given: Any) -> Native:
    """`entries` and `given` are what `meet` takes."""
    world = meet(*entries, **given)
    for number in range(clients):
        world.dial_one(number)
    return world


def trunk_of(world: Native) -> Trunk:
    """The one there is."""
    (trunk,) = world.core.board.trunks.by_place.values()
    return trunk


def track_of(world: Native) -> TrunkTrack:
    track = trunk_of(world).track
    assert isinstance(track, TrunkTrack)
    return track


def sessions_of(world: Native) -> list[Session]:
    return list(world.core.sessions.values())


def call_of(session: Session) -> CallTrack:
    assert isinstance(session.track, CallTrack)
    return session.track


def inside_of(session: Session) -> L2tpLeg:
    assert isinstance(session.inside, L2tpLeg)
    return session.inside


def kernel_of(world: Native) -> Kernel:
    assert world.gateway.kernel is not None
    return world.gateway.kernel


def told(world: Native) -> list[str]:
    """Who carries, and if that is the daemon, why."""
    found = (fact.details for fact in world.facts(What.CARRIED))
    return [details.get("why", details["by"]) for details in found]


def talk(world: Native, frames: int = 1) -> None:
    """So many frames each way, of every call of the one trunk."""
    end = world.native.end
    for _ in range(frames):
        for client in world.clients:
            world.net.send(client.send_data(IP, b"from the client"))
        for call in list(end.ppp):
            world.net.send(world.native.send_data(end, call, IP, b"from the server"))
        world.net.run_for(1 / 16)


def got(world: Native) -> tuple[list[int], list[int]]:
    """How many data frames each call's server has, and each client."""
    servers = [len(link.got) for link in world.native.links]
    return servers, [len(client.ppp.got) for client in world.clients]
