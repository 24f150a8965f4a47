"""An old machine of a kind, in the world of the gateway: where the stories of old clients begin."""

from dataclasses import replace
from typing import Any

from gateway.bridge.views import session_views
from gateway.control.sessions import SessionView
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import CLIENT, NAT, PSK, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.old_box import Kind, OldBox
from tests.pair.peers.ppp_end import IP, PppEnd

IKE = ("3des-sha1-modp2048", "3des-sha1-modp1024")
ESP = ("aes128-sha1", "3des-sha1")
PUBLIC = "203.0.113.50"  # where a machine without NAT traversal stands
MRU = 1500  # asked for by the server, as NT does


def old_world(**how: Any) -> World:
    """Its one client may use what every old client can, and racoon AES."""
    world = meet(client_entry(ike=IKE, esp=ESP), **how)
    world.server.ppp = lambda number: PppEnd(
        b"nt4s", bytes((10, 1, 0, 1)), mru=MRU, gives=bytes((10, 1, 0, 1 + number))
    )
    return world


def place(world: World, kind: Kind, *, nat: Nat | None = None, host: str = CLIENT) -> OldBox:
    """A machine behind a NAT, or where it can do without."""
    here = host if kind.natt else PUBLIC
    chance = seeded(1000 * world.seed + len(world.clients) + 1)
    box = OldBox(kind, host_bytes(here), host_bytes(world.dialled), PSK.encode(), chance)
    world.clients.append(box)
    world.net.join(box, here, nat=(nat or Nat(NAT)) if kind.natt else None)
    return box


def call_up(world: World, kind: Kind, seconds: float = 5.0, **where: Any) -> OldBox:
    """The same, and its session is up."""
    box = place(world, kind, **where)
    world.net.send(box.dial(world.net.now))
    world.net.run_for(seconds)
    assert box.up, (box.errors, world.facts()[-3:])
    return box


def view(world: World) -> SessionView:
    [found] = session_views(world.core, world.net.now)
    return found


def say(world: World, box: OldBox, number: int) -> None:
    """One numbered frame each way."""
    world.net.send(box.send(IP, b"%06d" % number, world.net.now))
    world.net.send(world.server.send_data(world.server.line, IP, b"%06d" % number))


def heard(world: World, box: OldBox) -> tuple[list[int], list[int]]:
    """The numbers that arrived: at the machine, at the server."""
    line = world.server.line
    assert line.ppp is not None
    return [int(frame[-6:]) for frame in box.ppp.got], [int(frame[-6:]) for frame in line.ppp.got]


def quick(kind: Kind, pair_life: int = 330, phase1_life: int = 1000) -> Kind:
    """The same with shorter lives, in seconds: what takes hours in an hour."""
    return replace(kind, ike=replace(kind.ike, pair_life=pair_life, phase1_life=phase1_life))
