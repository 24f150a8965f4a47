"""The whole of system/ together, while somebody floods the queue."""

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from select import poll

import pytest

from gateway.outputs import Fact, Output
from gateway.paths import PathEvent
from gateway.system.clock import now as clock
from gateway.system.control_socket import ControlSocket
from gateway.system.firewall import apply_rules, every_tool
from gateway.system.loop import Doors, Loop
from gateway.system.nfqueue import Queue
from gateway.system.raw import GreReceiver, Sender
from gateway.system.rules import Rules
from gateway.system.service import Service
from gateway.system.signals import Signals
from gateway.system.tcp import Connections
from gateway.wire.ipv4 import host_bytes
from tests.interop.netns import Namespace, join, need_root

pytestmark = [pytest.mark.root, pytest.mark.slow]

CLIENT, GATEWAY, NUMBER = "192.0.2.2", "192.0.2.1", 7
EVERY = 0.05  # seconds between two calls of the core's timer
CALLS = 40
FLOOD = 10 * CALLS  # packets
LONGEST = 60.0  # seconds, on a machine that is busy besides
ROOM = 16  # packets in a queue that nobody reads
WORK = 60e-6  # seconds a packet costs the core, about what 3DES costs


class BusyCore:
    """Works `WORK` on each packet, wants its timer every `EVERY`, and ends all after `CALLS`.

    Calls count from the first packet on, and go on until it is a flood: a machine may have other
    things to do before.
    """

    def __init__(self, started: float) -> None:
        self.packets = 0
        self.lateness: list[float] = []
        self.started = started
        self.due = started + EVERY

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        self.packets += 1
        while clock() < now + WORK:
            pass
        return []

    def handle_timeout(self, now: float) -> list[Output]:
        late, self.due = now - self.due, now + EVERY
        if self.packets or now > self.started + LONGEST:
            self.lateness.append(late)
        flooded = self.packets > FLOOD or now > self.started + LONGEST
        if len(self.lateness) >= CALLS and flooded:
            os.kill(os.getpid(), signal.SIGTERM)
        return []

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        return []

    def receive_inside(self, packet: bytes, now: float) -> list[Output]:
        return []

    def receive_path(self, event: PathEvent, now: float) -> list[Output]:
        return []

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        return []

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        return []

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        return []

    def deadline(self) -> float | None:
        return self.due

    def stop(self, now: float) -> list[Output]:
        return []

    def recover(self) -> None:
        raise AssertionError("nothing has failed")

    def idle(self) -> bool:
        return True


def flood(sock: socket.socket) -> None:
    """1400 bytes at a time, as fast as one process can, for as long as it may take at most."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        sock.send(bytes(1400))


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    need_root()
    with ExitStack() as stack:
        yield stack


def test_under_a_flood_timers_are_called_as_often_as_they_want(
    opened: ExitStack, tmp_path: Path
) -> None:
    client, gateway = Namespace(), Namespace()
    join(client, f"{CLIENT}/24", gateway, f"{GATEWAY}/24")
    queue, inside, front, tcp = Queue(), Queue(), Queue(), Connections()
    with gateway:
        apply_rules(Rules(("wan0",), (host_bytes(GATEWAY),), NUMBER), every_tool())
        queue.bind(NUMBER)
        inside.bind(NUMBER + 1)
        front.bind(NUMBER + 2)
        sender, gre = Sender(), GreReceiver()
    with client:
        attacker = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    attacker.connect((GATEWAY, 4500))
    control = ControlSocket(tmp_path / "control.sock", lambda request: {})
    signals = opened.enter_context(Signals())
    core = BusyCore(clock())
    doors = Doors(queue, inside, front, gre, sender, tcp, control, signals, Service({}))
    facts: list[Fact] = []
    loop = Loop(core, doors, facts.append, lambda now: [])
    flooding = multiprocessing.get_context("fork").Process(target=flood, args=(attacker,))
    flooding.start()
    loop.run()
    flooding.kill()
    flooding.join()
    with gateway:
        drops = queue.kernel_drops()
    print(
        f"{core.packets} packets handled, {drops} dropped by the kernel, {queue.overruns} "
        f"overruns; the timer was late by at most {max(core.lateness) * 1000:.1f} ms",
        file=sys.stderr,
    )
    assert len(core.lateness) >= CALLS
    assert core.packets > FLOOD
    assert facts == []
    for part in (queue, inside, front, gre, sender, control, client, gateway):
        part.close()
    tcp.close_all()


@pytest.mark.parametrize(
    ("flooded", "spared"),
    [
        ((500, bytes([1]) * 16), (4500, bytes([1, 0, 0, 1]))),
        ((4500, bytes([1, 0, 0, 1])), (500, bytes([1]) * 16)),
    ],
)
def test_a_queue_that_is_full_of_the_one_takes_nothing_of_the_other(
    opened: ExitStack, flooded: tuple[int, bytes], spared: tuple[int, bytes]
) -> None:
    client, gateway = Namespace(), Namespace()
    opened.callback(client.close)
    opened.callback(gateway.close)
    join(client, f"{CLIENT}/24", gateway, f"{GATEWAY}/24")
    ike, esp = Queue(), Queue()
    with gateway:
        for number, queue in ((NUMBER, ike), (NUMBER + 1, esp)):
            queue.bind(number, ROOM)
            opened.callback(queue.close)
        apply_rules(Rules(("wan0",), (), NUMBER, esp=(NUMBER + 1,)), every_tool())
    with client:
        sock = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    for port, message in (*[flooded] * 3 * ROOM, spared):
        sock.sendto(message, (GATEWAY, port))
    waiting = poll()
    waiting.register({500: ike, 4500: esp}[spared[0]].fileno(), 1)
    waiting.poll(1000 * LONGEST)  # what was sent last has come
    taken = {500: len(ike.take(3 * ROOM)), 4500: len(esp.take(3 * ROOM))}
    assert taken == {flooded[0]: ROOM, spared[0]: 1}
