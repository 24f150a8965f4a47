"""What the real daemon carries with two workers, with one, and alone, in one run.

    python -m tests.bench shards        (root; two minutes; two cores or more)

Sixteen sessions of as many machines, half of them one worker's. Packets towards the server are
sealed beforehand, so whoever sends them does little else; as many are under way at a time as a
queue holds. What has left is counted by the server's interface. The server does not acknowledge,
so first the gateway has to find out that it is deaf. All processes of the daemon's and the sender
share the machine's cores: on two of them two workers cannot have both to themselves.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from socket import socket
from struct import pack
from typing import Final
from zlib import crc32

from gateway.crypto.cbc import carry_encrypt
from gateway.crypto.mac import keyed
from gateway.esp.suites import find_suite, split_keymat
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.figures import Figure, told
from tests.bench.real_net import RealNet, now
from tests.bench.road import ESP
from tests.bench.running import (
    INSIDE,
    NATS,
    OUTSIDE,
    SERVER,
    Machine,
    Running,
    running_daemon,
)
from tests.interop.netns import Namespace
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

SESSIONS: Final = 16
PAYLOAD: Final = 1000  # bytes of an IP packet within PPP
SEALED: Final = {"3des-sha1": 6000, "aes128-sha1": 10000}  # packets of each session
UNDER_WAY: Final = 768  # packets of all
BURST: Final = 16  # packets of one session
WARM, SECONDS = 6.0, 2.0
PAUSE, SHORT = 0.1, 0.0002  # seconds
WORKERS: Final = (0, 1, 2)


@dataclass
class Source:
    """One client's packets and the socket they leave by."""

    line: socket
    packets: list[bytes]
    at: int = 0

    @property
    def left(self) -> bool:
        return self.at + BURST <= len(self.packets)

    def send(self, count: int) -> int:
        for packet in self.packets[self.at : self.at + count]:
            self.line.send(packet)
        self.at += count
        return count


def measure() -> list[Figure]:
    if os.geteuid() != 0 or len(os.sched_getaffinity(0)) < 2:
        print("What workers carry is not measured: it needs root and two cores.")
        return []
    found: list[Figure] = []
    for suite in ESP:
        rates = {count: _rate(suite, count) for count in WORKERS}
        found += [
            told(f"packets up, {suite}, {count} workers", rate, "1/s")
            for count, rate in rates.items()
        ]
        found.append(told(f"  one worker over none, {suite}", rates[1] / rates[0], ""))
        found.append(told(f"  two workers over one, {suite}", rates[2] / rates[1], ""))
        found.append(told(f"  two workers over none, {suite}", rates[2] / rates[0], ""))
    return found


def _rate(suite: str, workers: int) -> float:
    """Packets that reach the server in a second."""
    with _sources(suite, workers) as (sources, counted):
        end = time.monotonic() + WARM
        while time.monotonic() < end:  # with little, until the server is known to be deaf
            for source in sources:
                source.send(BURST)
            time.sleep(PAUSE)
        return _full(sources, counted)


@contextmanager
def _sources(suite: str, workers: int) -> Iterator[tuple[list[Source], Callable[[], int]]]:
    machines = _machines()
    with running_daemon(machines, workers=str(workers)) as (daemon, place, net):
        server = InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0))
        net.serve(server)
        clients = [_dial(net, suite, number, machine) for number, machine in enumerate(machines)]
        net.run_for(1.0)
        _check(daemon, workers)
        with _counter(place.server) as counted:
            yield [_source(net, suite, client) for client in clients], counted


def _machines() -> list[Machine]:
    """Half of them are one worker's, wherever there are two: see `bridge/workers.py`."""
    found: list[Machine] = []
    for number in range(SESSIONS):
        names = (f"pc-{number}-{more}" for more in count())
        fits = (
            name for name in names if crc32(f"{name} {_here(number)}".encode()) % 2 == number % 2
        )
        found.append(Machine(next(fits), f"the key of machine {number}"))
    return found


def _here(number: int) -> str:
    return f"192.168.1.{2 + number}"


def _dial(net: RealNet, suite: str, number: int, machine: Machine) -> L2tpIpsecClient:
    here = _here(number)
    profile = replace(SAFENET_98, esp=(ESP[suite],), pair_kilobytes=1 << 31)
    client = L2tpIpsecClient(
        profile, host_bytes(here), host_bytes(OUTSIDE), machine.psk.encode(), seeded(number)
    )
    net.join(client, here, nat=_NAT)
    net.send(client.dial(now()))
    if not net.run_until(lambda: client.up, 20.0):
        raise RuntimeError(f"the dial failed: {client.errors}")
    return client


_NAT: Final = Nat(NATS[0])


def _check(daemon: Running, workers: int) -> None:
    """Each worker has its part."""
    sessions = daemon.control.sessions()
    by = [session.carrier for session in sessions]
    if len(by) != SESSIONS or set(by) != {"worker" if workers else "user"}:
        raise RuntimeError(f"{len(by)} sessions are carried by {set(by)}")
    print("   ", workers, "workers have", sorted(int(each.spi_in, 16) % 8 for each in sessions))


def _source(net: RealNet, suite_name: str, client: L2tpIpsecClient) -> Source:
    """Everything that this client is to send, sealed by its newest keys."""
    pair = client.newest()
    if pair is None:
        raise RuntimeError("a client without keys")
    suite = find_suite(suite_name)
    key, mac_key = split_keymat(suite, pair.pair.keymat_out)
    encrypt, state = carry_encrypt(suite.cipher, key), keyed(suite.hash, mac_key)
    block = suite.cipher.block
    frame = b"\xff\x03\0\x21" + build_ipv4(bytes(4), bytes(4), 17, bytes(PAYLOAD - 20))
    tunnel, call = client.lac.peer_tunnel, client.lac.calls[client.call].peer
    head = pack("!HHHHHHHH", 1701, 1701, 16 + len(frame), 0, 0x4002, 8 + len(frame), tunnel, call)
    pad = -(len(head) + len(frame) + 2) % block
    plain = head + frame + bytes(range(1, 1 + pad)) + bytes((pad, 17))
    packets = []
    for _ in range(SEALED[suite_name]):
        pair.sent += 1
        signed = pair.spi_out + pack("!I", pair.sent) + encrypt(os.urandom(block) + plain)
        mac = state.copy()
        mac.update(signed)
        packets.append(signed + mac.finalize()[:12])
    line = net.line(Endpoint(client.here, 4500), Endpoint(host_bytes(OUTSIDE), 4500))
    line.connect((OUTSIDE, 4500))
    return Source(line, packets)


def _full(sources: Sequence[Source], counted: Callable[[], int]) -> float:
    """As many as it can carry, for so long: what has arrived in a second."""
    begun, first = time.monotonic(), counted()
    sent, there = 0, 0
    while time.monotonic() - begun < SECONDS and all(source.left for source in sources):
        for source in sources:
            sent += source.send(BURST)
        there = counted() - first
        while sent - there > UNDER_WAY and time.monotonic() - begun < SECONDS:
            time.sleep(SHORT)
            there = counted() - first
    return there / (time.monotonic() - begun)


@contextmanager
def _counter(inside: Namespace) -> Iterator[Callable[[], int]]:
    """Packets that the server's interface has received."""
    with inside:
        file = open("/proc/net/dev", "rb", buffering=0)  # noqa: SIM115 - of that namespace

    def counted() -> int:
        file.seek(0)
        (line,) = [line for line in file.read().splitlines() if line.strip().startswith(b"lan0:")]
        return int(line.split(b":")[1].split()[1])

    with file:
        yield counted
