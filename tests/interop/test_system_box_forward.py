"""What goes through a box, against the kernel of this machine, by the rules that it ships with."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gateway.control.config import Config
from gateway.system.box.network import forwarded, nft_sets
from gateway.system.forwarding import forward_from, forwards
from gateway.system.pppd_call import INTERFACE
from gateway.system.run import run
from image.places import IMAGE
from tests.interop.netns import Namespace, join, need_root
from tests.unit.control.written import config_of

pytestmark = pytest.mark.root

OUTSIDE, CLIENT = "203.0.113.1", "203.0.113.2"  # the box's own address, and that of somebody
INSIDE, SERVER = "10.10.0.1", "10.10.0.3"
CALLED, CALLER = "10.11.0.1", "10.11.0.2"  # both ends of a call's link
CALL = f"{INTERFACE}0"
NAMES = {"outside": "wan0", "inside": "lan0"}
PATIENCE = 30.0  # seconds for what comes, on a machine that is busy besides
SHORT = 0.1  # seconds in which nothing may come
CONFIG = f"""
[outside]
interface = "wan0"
addresses = ["{OUTSIDE}"]

[inside]
interface = "lan0"
address = "{INSIDE}"

[[client]]
name = "press-3"
psk = "a long random text"
route = "old"
reach = ["everything"]

[[route]]
name = "old"
"""
PPTP = f'kind = "pptp"\nserver = "{SERVER}"\n'
LOCAL = 'kind = "local"\npool = "10.11.0.2-10.11.0.9"\n'
FRONT = f'[front]\nservers = ["{SERVER}"]\n'


class World:
    """Somebody outside, the box, a server inside, and the far end of a call."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.spaces = [Namespace() for _ in range(4)]
        for space in self.spaces:
            self.open.callback(space.close)
        self.outside, self.box, self.server, self.caller = self.spaces
        join(self.outside, f"{CLIENT}/24", self.box, f"{OUTSIDE}/24", "wan0")
        join(self.server, f"{SERVER}/24", self.box, f"{INSIDE}/24", "lan0")
        join(self.caller, f"{CALLER}/24", self.box, f"{CALLED}/24", CALL)
        ways = ((self.outside, OUTSIDE), (self.server, INSIDE), (self.caller, CALLED))
        for space, way in ways:
            with space:
                run(["ip", "route", "add", "default", "via", way])
        self.homes = {CLIENT: self.outside, SERVER: self.server, CALLER: self.caller}
        with self.box:
            run(["nft", "-f", str(IMAGE / "rootfs/etc/nftables.conf")])

    def become(self, more: str) -> Config:
        """As the box agent does it; who starts pppd throws the switch of a call's interface."""
        config = config_of(CONFIG + more)
        with self.box:
            run(["nft", "-f", "-"], nft_sets(NAMES, config))
            forward_from(forwarded(NAMES, config), INTERFACE)
            run(["sysctl", "-q", "-w", f"net.ipv4.conf.{CALL}.forwarding=1"])
        return config

    def passes(
        self, source: str, target: str, port: int, own: int = 0, within: float = PATIENCE
    ) -> bool:
        """Whether a datagram arrives; `own` is the port that it comes from."""
        with self.homes[source], socket.socket(type=socket.SOCK_DGRAM) as sender:
            sender.bind((source, own))
            with self.homes[target], socket.socket(type=socket.SOCK_DGRAM) as receiver:
                receiver.bind((target, port))
                receiver.settimeout(within)
                sender.sendto(b"?", (target, port))
                try:
                    return receiver.recv(10) == b"?"
                except TimeoutError:
                    return False

    def connects(self, source: str, target: str, port: int, within: float = PATIENCE) -> bool:
        with ExitStack() as opened:
            with self.homes[target]:
                opened.enter_context(socket.create_server((target, port)))
            with self.homes[source]:
                line = opened.enter_context(socket.socket())
            line.settimeout(within)
            try:
                line.connect((target, port))
            except TimeoutError:
                return False
            return True


@pytest.fixture
def world() -> Iterator[World]:
    need_root()
    made = World()
    with made.open:
        yield made


def test_a_box_with_neither_is_closed_though_its_kernel_passed_everything_on(world: World) -> None:
    world.become(PPTP)
    with world.box:
        assert not forwards(NAMES.values())
        run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
    ends = (CLIENT, SERVER, CALLER)
    ways = [(source, target) for source in ends for target in ends if source != target]
    assert not any(
        world.passes(*way, port, within=SHORT) for way in ways for port in (500, 4500, 9)
    )
    assert not world.connects(CLIENT, SERVER, 1723, within=SHORT)


def test_calls_and_the_lan_reach_each_other_and_nobody_else(world: World) -> None:
    world.become(LOCAL)
    assert world.passes(CALLER, SERVER, 9)
    assert world.passes(SERVER, CALLER, 9)
    assert world.connects(CALLER, SERVER, 445)
    with world.box:
        assert not forwards(["wan0"])
        run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
    closed = ((CALLER, CLIENT), (CLIENT, CALLER), (CLIENT, SERVER), (SERVER, CLIENT))
    assert not any(world.passes(*way, 9, within=SHORT) for way in closed)


def test_in_front_of_a_server_only_what_it_is_dialled_by_passes(world: World) -> None:
    config = world.become(PPTP + FRONT)
    with world.box:
        assert forwards(NAMES.values())
    assert config.front.servers
    assert all(world.passes(CLIENT, SERVER, port) for port in (500, 4500))
    assert world.connects(CLIENT, SERVER, 1723)
    assert not any(world.passes(CLIENT, SERVER, port, within=SHORT) for port in (53, 137, 1701))
    assert not any(world.connects(CLIENT, SERVER, port, within=SHORT) for port in (139, 445, 3389))
    assert not world.passes(CALLER, SERVER, 500, within=SHORT)


def test_the_server_answers_and_renews_its_keys_but_calls_nobody_else(world: World) -> None:
    world.become(PPTP + FRONT)
    assert world.passes(SERVER, CLIENT, 62000, own=500)
    assert world.passes(SERVER, CLIENT, 500)
    assert not world.passes(SERVER, CLIENT, 53, within=SHORT)
    assert not world.connects(SERVER, CLIENT, 1723, within=SHORT)


def test_what_is_not_wanted_any_more_is_closed_again(world: World) -> None:
    for more in (LOCAL, PPTP + FRONT):
        world.become(more)
        world.become(PPTP)
        with world.box:
            assert not forwards(["wan0"])
            assert not forwards(["lan0"])
        assert not world.passes(CALLER, SERVER, 9, within=SHORT)
        assert not world.passes(CLIENT, SERVER, 500, within=SHORT)
