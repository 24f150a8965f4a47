"""The real daemon with a thousand sessions: memory, and what it does while they are idle.

    python -m tests.bench.thousand        (root; two minutes)

A thousand scripted machines behind a hundred NATs dial through the kernel: each from ports of its
own, each to one of eight PPTP servers, since calls to one are a quarter of a second apart.
"""

import os
import resource
from collections.abc import Callable
from typing import Final

from gateway.wire.ipv4 import host_bytes, host_text
from gateway.wire.udp import Endpoint
from tests.bench.figures import Figure, at_most, told
from tests.bench.real_net import RealNet, now
from tests.bench.running import INSIDE, OUTSIDE, Machine, Running, running_daemon
from tests.pair.crowd import Site
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.busy_server import BusyServer
from tests.pair.peers.determined import Determined
from tests.pair.peers.inside_server import FIRST_CALL
from tests.pair.peers.old_clients import CLIENTS
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.pptp_server import PptpServer

SESSIONS, SITES = 1000, 100
SERVERS: Final = tuple(f"192.0.2.{number}" for number in range(20, 28))
NATS: Final = tuple(f"203.0.113.{number}" for number in range(100, 100 + SITES))
APART: Final = 0.06  # seconds between two dials
KIND: Final = "win98-msl2tp"
RSS: Final = 80 * 1024  # goal: kB
IDLE_FOR: Final = 20.0  # seconds
FILES: Final = 5000  # descriptors: two sockets a machine, and one for its call at the server


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("A thousand sessions are not measured: namespaces need root.")
        return []
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    machines = [
        Machine(f"pc-{number}", f"the key of machine {number}", NATS[number % SITES])
        for number in range(SESSIONS)
    ]
    with running_daemon(machines, servers=SERVERS, nats=NATS) as (daemon, _, net):
        empty = daemon.rss()
        sites = _gather(net, machines)
        before = daemon.cpu()
        took = _dial(net, sites, SESSIONS)
        dialled = daemon.cpu() - before
        _chat(net, sites)
        full, before = daemon.rss(), daemon.cpu()
        net.run_for(IDLE_FOR)
        idle = daemon.cpu() - before
        _check(daemon)
    return [
        at_most(f"daemon, RSS with {SESSIONS} sessions", full, "kB", RSS),
        told(f"  without any, {SESSIONS} machines configured", empty, "kB"),
        told(f"  for each session of {SESSIONS}", (full - empty) / SESSIONS, "kB"),
        told(f"  CPU of the daemon for each of {SESSIONS} dials", 1000 * dialled / SESSIONS, "ms"),
        told(f"  until all {SESSIONS} were up", took, "s"),
        told(f"daemon, CPU with {SESSIONS} idle sessions", 1000 * idle / IDLE_FOR, "ms/s"),
    ]


def _gather(net: RealNet, machines: list[Machine]) -> list[Site]:
    """Servers that are served, and machines that dial one after the other."""
    for number, host in enumerate(SERVERS):
        net.serve(_server(host, number))
    sites, start = [Site() for _ in NATS], now()
    for number, entry in enumerate(machines):
        site = number % SITES
        here = bytes((10, 0, site, 2 + number // SITES))
        kind, there, psk = CLIENTS[KIND], host_bytes(OUTSIDE), entry.psk.encode()
        machine = Determined(kind, here, there, psk, seeded(number))
        machine.dial_at = start + number * APART
        sites[site].add(machine)
    for site_, host in zip(sites, NATS, strict=True):
        net.join(site_, *map(host_text, site_.machines), nat=Nat(host))
    return sites


def _server(host: str, number: int) -> BusyServer:
    server = BusyServer(Endpoint(host_bytes(host), 0), Endpoint(host_bytes(INSIDE), 0), keeps=False)
    server.pptp = lambda count: PptpServer(FIRST_CALL + count, window=64)
    server.ppp = lambda count: PppEnd(
        bytes((1, number)) + count.to_bytes(2, "big"),
        bytes((10, 1, number, 1)),
        gives=bytes((10, 64 + number, count // 250, 1 + count % 250)),
    )
    return server


def _dial(net: RealNet, sites: list[Site], sessions: int) -> float:
    """Seconds until all are up."""
    start, machines = now(), [one for site in sites for one in site.machines.values()]

    def done() -> bool:
        return all(one.up_at is not None for one in machines)

    if not net.run_until(_now_and_then(done), 2 * sessions * APART + 120.0):
        left = [one for one in machines if one.up_at is None]
        raise RuntimeError(f"{len(left)} are not up, such as {left[0].failures, left[0].errors}")
    return now() - start


def _now_and_then(done: Callable[[], bool]) -> Callable[[], bool]:
    """A thousand machines are not looked at after every packet."""
    last = now()

    def look() -> bool:
        nonlocal last
        if now() - last < 0.5:
            return False
        last = now()
        return done()

    return look


def _chat(net: RealNet, sites: list[Site]) -> None:
    """Some data through every session, so that all memory is there that a used one takes."""
    for _ in range(10):
        for site in sites:
            for machine in site.machines.values():
                net.send(machine.send(IP, bytes(1000), now()))
                site.note(machine)
            net.run_for(0.005)
    net.run_for(1.0)


def _check(daemon: Running) -> None:
    up = [view for view in daemon.control.sessions() if view.state == "up"]
    if len(up) != SESSIONS:
        raise RuntimeError(f"{len(up)} sessions are up:\n{daemon.log.read_text()[-3000:]}")


if __name__ == "__main__":
    for each in measure():
        print(each)
