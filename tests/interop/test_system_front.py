"""In front of a server, against the kernel of this machine: three namespaces in a row."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from select import poll

import pytest

from gateway.system.firewall import apply_rules, every_tool
from gateway.system.nfqueue import Queue
from gateway.system.raw import Sender
from gateway.system.rules import FrontRules, Rules
from gateway.system.run import run
from gateway.wire.ipv4 import PROTOCOL_AH, PROTOCOL_UDP, build_ipv4, host_bytes, parse_ipv4
from gateway.wire.udp import build_udp, parse_udp
from tests.interop.netns import Namespace, join, need_root

pytestmark = pytest.mark.root

CLIENT, OUTSIDE, INSIDE, SERVER = "192.0.2.2", "192.0.2.1", "198.51.100.1", "198.51.100.2"
NUMBER = 9
PATIENCE = 30_000  # milliseconds, on a machine that is busy besides
SHORT = 0.1  # seconds in which nothing may come
MASQUERADE = """
table ip theirs {
  chain out { type nat hook postrouting priority srcnat; oifname "wan0" masquerade; }
}
"""


class World:
    """Client, router, server; `asked` are the packets that somebody decided about."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.client, self.gateway, self.server = Namespace(), Namespace(), Namespace()
        for space in (self.client, self.gateway, self.server):
            self.open.callback(space.close)
        join(self.client, f"{CLIENT}/24", self.gateway, f"{OUTSIDE}/24")
        join(self.server, f"{SERVER}/24", self.gateway, f"{INSIDE}/24", "lan0")
        for space, way in ((self.client, OUTSIDE), (self.server, INSIDE)):
            with space:
                run(["ip", "route", "add", "default", "via", way])
        with self.gateway:
            run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
        self.asked: list[bytes] = []

    def apply(self, bypass: bool = False) -> None:
        front = FrontRules("lan0", (host_bytes(SERVER),), NUMBER, bypass)
        with self.gateway:
            apply_rules(Rules(("wan0",), (), 7, front=front), every_tool())

    def queue(self, goes_on: bool) -> Queue:
        def passes(packet: bytes) -> bool:
            self.asked.append(packet)
            return goes_on

        made = Queue(passes)
        with self.gateway:
            made.bind(NUMBER)
        self.open.callback(made.close)
        return made

    def socket(self, space: Namespace, host: str, port: int = 500) -> socket.socket:
        with space:
            made = self.open.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.bind((host, port))
        made.settimeout(PATIENCE / 1000)
        return made


@pytest.fixture
def world() -> Iterator[World]:
    need_root()
    made = World()
    with made.open:
        yield made


def take(queue: Queue) -> list[bytes]:
    """What comes, as soon as something has come."""
    waiting = poll()
    waiting.register(queue.fileno(), 1)
    waiting.poll(PATIENCE)
    return queue.take()


def hears(sock: socket.socket, seconds: float) -> bool:
    sock.settimeout(seconds)
    try:
        sock.recv(100)
    except TimeoutError:
        return False
    return True


def hears_nothing(sock: socket.socket) -> bool:
    return not hears(sock, SHORT)


@pytest.mark.parametrize("port", [500, 4500])
def test_what_is_taken_up_never_reaches_the_server(world: World, port: int) -> None:
    world.apply()
    queue = world.queue(goes_on=False)
    client, server = (
        world.socket(world.client, CLIENT, port),
        world.socket(world.server, SERVER, port),
    )
    client.sendto(b"for a NAT", (SERVER, port))
    [packet] = take(queue)
    header = parse_ipv4(packet)
    assert (header.source, header.target) == (host_bytes(CLIENT), host_bytes(SERVER))
    assert parse_udp(packet[header.start : header.end]) == (port, port, b"for a NAT")
    assert hears_nothing(server)


def test_authentication_headers_are_asked_about_too(world: World) -> None:
    world.apply()
    queue = world.queue(goes_on=False)
    with world.client, socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL_AH) as raw:
        raw.sendto(bytes(24), (SERVER, 0))
    [packet] = take(queue)
    assert parse_ipv4(packet).protocol == PROTOCOL_AH


def test_what_passes_arrives_as_it_was_sent_also_in_fragments(world: World) -> None:
    world.apply()
    queue = world.queue(goes_on=True)
    client, server = world.socket(world.client, CLIENT), world.socket(world.server, SERVER)
    long = bytes(range(250)) * 12
    for data in (b"for the server", long):
        client.sendto(data, (SERVER, 500))
        assert take(queue) == []
        assert server.recvfrom(4000) == (data, (CLIENT, 500))
    assert [len(packet) - 28 for packet in world.asked] == [14, len(long)]


@pytest.mark.parametrize("bypass", [False, True])
def test_without_a_reader_it_is_the_owners_choice(world: World, bypass: bool) -> None:
    world.apply(bypass)
    client, server = world.socket(world.client, CLIENT), world.socket(world.server, SERVER)
    client.sendto(b"is anybody there", (SERVER, 500))
    assert hears(server, {True: PATIENCE / 1000, False: SHORT}[bypass]) is bypass


def test_everything_else_passes_without_being_asked_about(world: World) -> None:
    world.apply()
    queue = world.queue(goes_on=False)
    client, server = world.socket(world.client, CLIENT), world.socket(world.server, SERVER, 1723)
    client.sendto(b"another port", (SERVER, 1723))
    assert server.recv(100) == b"another port"
    back = world.socket(world.server, SERVER)
    back.sendto(b"from inside", (CLIENT, 500))
    assert client.recv(100) == b"from inside"
    assert (queue.take(), world.asked) == ([], [])


def test_clear_l2tp_is_dropped_on_its_way_to_the_server_too(world: World) -> None:
    world.apply(bypass=True)
    client, server = (
        world.socket(world.client, CLIENT, 1701),
        world.socket(world.server, SERVER, 1701),
    )
    client.sendto(b"in the clear", (SERVER, 1701))
    assert hears_nothing(server)


def test_answers_come_from_the_servers_address_though_the_router_masquerades(world: World) -> None:
    world.apply()
    with world.gateway:
        run(["nft", "-f", "-"], MASQUERADE)
        sender = Sender()
    world.open.callback(sender.close)
    client = world.socket(world.client, CLIENT)
    answer = build_udp(500, 500, b"from Postern")
    sender.send(build_ipv4(host_bytes(SERVER), host_bytes(CLIENT), PROTOCOL_UDP, answer))
    assert client.recvfrom(100) == (b"from Postern", (SERVER, 500))
    other = build_udp(1723, 500, b"of another kind")
    sender.send(build_ipv4(host_bytes(SERVER), host_bytes(CLIENT), PROTOCOL_UDP, other))
    assert client.recvfrom(100) == (b"of another kind", (OUTSIDE, 1723))
