"""Killing packets (CLIENTS.md, PPTP servers) whenever a client may send them, and on every route.

The client here says all of them beside each thing it has to say: before LCP is up, while the server
checks who it is, while the gateway agrees on encryption, and afterwards.
"""

from dataclasses import dataclass, field

import pytest

from gateway.bridge.views import session_views
from gateway.control.users import Users
from gateway.crypto.passwords import Hashes
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.killing import EVERY
from tests.pair.nat import Nat
from tests.pair.native_world import Native
from tests.pair.native_world import meet as meet_native
from tests.pair.peers.mppe import LM_HASH, NT_HASH
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.pptp_server import PptpServer

ALL = tuple(EVERY.values())
STORED = Users({"User": Hashes(NT_HASH, LM_HASH)})


@dataclass
class Killer(ChapClient):
    """Says them before and after its answer to each kind of message that it hears."""

    deadly: tuple[bytes, ...] = ALL
    answered: set[bytes] = field(default_factory=set)  # protocol and code

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        kind = frame[2:5]
        deadly = [] if kind in self.answered else self.deadly
        self.answered.add(kind)
        return [*deadly, *super().receive(frame, now), *deadly]


@dataclass
class Recorder(MppeServer):
    """Keeps every frame as it came; `got` has what was in the encrypted ones."""

    heard: list[bytes] = field(default_factory=list)

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        self.heard.append(frame)
        return super().receive(frame, now)


@dataclass
class PlainRecorder(PppEnd):
    heard: list[bytes] = field(default_factory=list)

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        self.heard.append(frame)
        return super().receive(frame, now)


def dial(encryption: str, deadly: tuple[bytes, ...] = ALL) -> tuple[World, Recorder]:
    """A server that checks its users, and encrypts where the route does."""
    world = meet(route={"encryption": encryption}, users=STORED)
    world.server.pptp = lambda number: PptpServer(0x1110 + number, window=64)
    encrypts = encryption == "mppe"
    end = Recorder(b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), demands=encrypts)
    end.knows_ccp = encrypts
    world.server.ppp = lambda _: end
    evil = Killer(b"evil", user="User", deadly=deadly)
    world.dial(world.join(nat=Nat(NAT), ppp=evil), 20.0)
    return world, end


def reached(frames: list[bytes]) -> list[str]:
    return sorted(name for name, frame in EVERY.items() if frame in frames)


@pytest.mark.parametrize("encryption", ["clear", "refuse", "mppe"])
def test_nothing_deadly_goes_in_while_the_link_comes_up_or_afterwards(encryption: str) -> None:
    world, server = dial(encryption)
    assert reached(server.heard + server.got) == []
    assert world.clients[0].up
    assert server.encrypted == (encryption == "mppe")
    [view] = session_views(world.core, world.net.now)
    assert sum(view.drops.values()) > len(EVERY)
    world.net.send(world.clients[0].send_data(IP, b"alive"))
    world.net.run_for(1.0)
    assert [frame[-5:] for frame in server.got + server.clear] == [b"alive"]


@pytest.mark.parametrize(
    "name", ["odd: an address of five bytes", "larger than it is: ipcp option"]
)
def test_what_waits_for_the_encryption_is_not_let_past_the_shield_by_that(name: str) -> None:
    """A client's network is asked for at once, and goes in when CCP is agreed."""
    world, server = dial("mppe", (EVERY[name],))
    assert reached(server.heard) == []
    assert world.clients[0].up


def dial_native(shield: bool) -> tuple[Native, PlainRecorder]:
    """An L2TP/IPsec server of Windows 2000's kind; its user is nobody's to check."""
    world = meet_native(route={"shield": shield})
    end = PlainRecorder(b"srvr", bytes((10, 2, 0, 1)), gives=bytes((10, 2, 0, 2)))
    world.native.ppp = lambda _: end
    world.dial_one(ppp=Killer(b"evil"))
    world.net.run_for(10.0)
    return world, end


def test_nothing_deadly_goes_in_to_a_native_server() -> None:
    world, server = dial_native(shield=True)
    assert reached(server.heard) == []
    assert world.clients[0].up
    world.net.send(world.clients[0].send_data(IP, b"alive"))
    world.net.run_for(1.0)
    assert [frame[-5:] for frame in server.got] == [b"alive"]


def test_without_a_shield_a_native_server_hears_them() -> None:
    _, server = dial_native(shield=False)
    assert "larger than it is: ip" in reached(server.heard)
    assert "pptp within: control" in reached(server.heard)
