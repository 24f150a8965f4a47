"""TCP through one session that the daemon carries, against `openssl speed` on the daemon's core.

    python -m tests.bench userspace        (root; a minute; two cores)

The real daemon between network namespaces, on a core of its own. The host's kernel needs no ESP,
L2TP, PPP or GRE for it: a scripted client and server dial, and then two small programs (`pump.py`)
carry between a tun interface and the wire. They and both ends of the TCP have the other core, and
cost more than the daemon does, so it is not busy all the time: what counts is how much it carries
in a second of its CPU, the kernel's work for it included.
"""

import fcntl
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from struct import pack
from typing import Final, NamedTuple

from gateway.system.run import run
from gateway.wire.ipv4 import host_bytes, host_text
from gateway.wire.udp import Endpoint
from tests.bench import pump
from tests.bench.figures import Figure, at_least, told
from tests.bench.real_net import RealNet, now
from tests.bench.road import ESP, EVP, openssl_speed
from tests.bench.running import (
    INSIDE,
    NATS,
    OUTSIDE,
    SERVER,
    Machine,
    Place,
    Running,
    running_daemon,
)
from tests.interop.netns import Namespace
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

HERE, THERE = "10.1.0.2", "10.1.0.1"  # PPP's addresses: the client's, the server's
BEHIND: Final = "192.168.1.2"
MTU: Final = 1400
SHARE: Final = 0.7  # goal
KEY: Final = Machine("pc", "the key of the one machine")
WARM, SECONDS, ROUNDS = 1.0, 3.0, 2
TUNSETIFF, TUN, NO_INFORMATION = 0x400454CA, 0x1, 0x1000  # linux/if_tun.h
FORK: Final = multiprocessing.get_context("fork")


class Speed(NamedTuple):
    """`mbit`: what TCP has carried; `busy`: the share of its core that the daemon took for it."""

    mbit: float
    busy: float

    @property
    def of_a_core(self) -> float:
        return self.mbit / self.busy


def measure() -> list[Figure]:
    cores = sorted(os.sched_getaffinity(0))
    if os.geteuid() != 0 or len(cores) < 2:
        print("What the daemon carries is not measured: it needs root and two cores.")
        return []
    found: list[Figure] = []
    for suite in ESP:
        with _session(suite, cores) as (daemon, place):
            speeds = {
                way: [_speed(daemon, place, way == "down") for _ in range(ROUNDS)]
                for way in ("up", "down")
            }
        os.sched_setaffinity(0, {cores[-1]})
        openssl = 8e-6 * openssl_speed(EVP[suite], MTU)
        os.sched_setaffinity(0, cores)
        for way, each in speeds.items():
            found += _figures(suite, way, max(each, key=lambda speed: speed.of_a_core), openssl)
    return found


def _figures(suite: str, way: str, speed: Speed, openssl: float) -> list[Figure]:
    name = f"TCP {way}, the daemon carries, {suite}"
    return [
        told(f"{name}, a core of the daemon's", speed.of_a_core, "Mbit/s"),
        at_least(f"  share of openssl speed, {name}", speed.of_a_core / openssl, "", SHARE),
        told(f"  openssl speed -evp {EVP[suite]}, {MTU} B, same core", openssl, "Mbit/s"),
        told(f"  carried, {name}", speed.mbit, "Mbit/s"),
        told(f"  of its core the daemon had for it, {name}", 100 * speed.busy, "%"),
    ]


@contextmanager
def _session(suite: str, cores: list[int]) -> Iterator[tuple[Running, Place]]:
    """A session that is up, with a tun interface at each end."""
    started: list[multiprocessing.process.BaseProcess] = []
    with running_daemon([KEY]) as (daemon, place, net):
        os.sched_setaffinity(0, cores[:1])
        os.sched_setaffinity(daemon.process.pid, cores[-1:])
        try:
            started += _ends(suite, place, net)
            yield daemon, place
        finally:
            for each in started:
                each.terminate()
                each.join()
            os.sched_setaffinity(0, cores)


def _ends(
    suite: str, place: Place, net: RealNet
) -> tuple[multiprocessing.process.BaseProcess, ...]:
    """Dial, and leave the session to two processes."""
    server = InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0))
    profile = replace(SAFENET_98, esp=(ESP[suite],), pair_kilobytes=1 << 31)
    here, there = host_bytes(BEHIND), host_bytes(OUTSIDE)
    client = L2tpIpsecClient(profile, here, there, KEY.psk.encode(), seeded(7))
    net.serve(server)
    net.join(client, BEHIND, nat=Nat(NATS[0]))
    net.send(client.dial(now()))
    if not net.run_until(lambda: client.up, 20.0):
        raise RuntimeError(f"the dial failed: {client.errors}")
    net.run_for(1.0)
    assert host_text(client.ppp.address) == HERE
    outside = net.line(Endpoint(here, 4500), Endpoint(there, 4500))
    outside.connect((OUTSIDE, 4500))
    inside = net.line(server.here, server.gateway)
    inside.connect((INSIDE, 0))
    pair, gre = client.newest(), server.line.gre
    assert pair is not None
    assert gre is not None
    call = client.lac.calls[client.call].peer
    near = _tun(place.clients, HERE, THERE), outside, suite, pair, client.lac.peer_tunnel, call
    far = _tun(place.server, THERE, HERE), inside, gre.peer_call, gre.next
    ends = (
        FORK.Process(target=pump.client, args=near, daemon=True),
        FORK.Process(target=pump.server, args=far, daemon=True),
    )
    for each in ends:
        each.start()
    return ends


def _tun(space: Namespace, here: str, there: str) -> int:
    """A new interface's other end."""
    with space:
        descriptor = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(descriptor, TUNSETIFF, pack("16sH22x", b"ppp0", TUN | NO_INFORMATION))
        run(["ip", "address", "add", here, "peer", there, "dev", "ppp0"])
        run(["ip", "link", "set", "ppp0", "mtu", str(MTU), "up"])
    return descriptor


def _speed(daemon: Running, place: Place, down: bool) -> Speed:
    """One connection, which the client has opened."""
    with place.server, socket.create_server((THERE, 0)) as listening:
        port = listening.getsockname()[1]
        with place.clients:
            near = socket.create_connection((THERE, port), timeout=10)
        far, _ = listening.accept()
    sends, receives = (far, near) if down else (near, far)
    receives.settimeout(10)
    pouring = FORK.Process(target=_pour, args=(sends,), daemon=True)
    pouring.start()
    try:
        _receive(receives, WARM)
        before, start = daemon.cpu(), time.monotonic()
        carried = _receive(receives, SECONDS)
        busy, took = daemon.cpu() - before, time.monotonic() - start
    finally:
        pouring.terminate()
        pouring.join()
        near.close()
        far.close()
    return Speed(8e-6 * carried / took, busy / took)


def _receive(end: socket.socket, seconds: float) -> int:
    """Bytes that have come in this time."""
    until, found = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        found += len(end.recv(1 << 16))
    return found


def _pour(end: socket.socket) -> None:
    end.setblocking(True)
    while True:
        end.sendall(bytes(1 << 16))


if __name__ == "__main__":
    for each in measure():
        print(each)
