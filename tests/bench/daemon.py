"""The real daemon with twenty sessions: memory, CPU when idle, and its timers under a flood.

    python -m tests.bench.daemon        (root; about forty seconds)

Ten clients are behind one NAT, five behind another, five have addresses of their own and use plain
ESP. How late timers are is seen from outside: while the queue is flooded all clients fall silent,
so that the gateway repeats its L2TP Hello after 1, 2 and 4 seconds; the kernel's time stamps at the
clients say when it really did.
"""

import os
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from typing import Final

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.figures import Figure, at_most, told
from tests.bench.real_net import RealNet, Seen, now
from tests.bench.running import (
    DIRECT,
    INSIDE,
    NATS,
    OUTSIDE,
    ROOT,
    SERVER,
    Machine,
    Running,
    running_daemon,
)
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

SESSIONS: Final = 20
RSS, LATE = 40 * 1024, 0.1  # goals: kB, seconds
IDLE_FOR: Final = 10.0  # seconds
FLOOD_FOR, FLOOD_OF = 8.0, 2_000_000  # seconds, packets: whichever ends first
WAITS: Final = (1.0, 2.0, 4.0)  # seconds between a Hello and its repetitions (RFC 2661, 5.8)
KEYS: Final = [Machine(f"pc-{one}", f"the key of machine {one}") for one in range(SESSIONS)]


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("Memory, idle CPU and timers are not measured: namespaces need root.")
        return []
    return [*_memory_and_idle(), *_flooded()]


def _memory_and_idle() -> list[Figure]:
    with running_daemon(KEYS) as (daemon, _, net):
        empty = daemon.rss()
        clients = _clients(net)
        _dial(net, clients[:1])
        one = daemon.rss()
        _dial(net, clients[1:])
        _chat(net, clients)
        many = daemon.rss()
        before = daemon.cpu()
        net.run_for(IDLE_FOR)
        idle = daemon.cpu() - before
        _check(daemon, SESSIONS)
    return [
        at_most(f"daemon, RSS with {SESSIONS} sessions", many, "kB", RSS),
        told("  without any", empty, "kB"),
        told("  for each session more (from 1 to 20)", (many - one) / (SESSIONS - 1), "kB"),
        told(f"daemon, CPU with {SESSIONS} idle sessions", 1000 * idle / IDLE_FOR, "ms/s"),
    ]


def _flooded() -> list[Figure]:
    with running_daemon(KEYS, hello_seconds=1) as (daemon, place, net):
        clients = _clients(net)
        _dial(net, clients)
        # Before the flood, which drops their answers: so what is seen first is no repetition.
        for client in clients:
            client.alive = False
        net.watching = True
        with place.clients:
            command = [sys.executable, "-m", "tests.bench.flood"]
            command += [str(FLOOD_FOR), str(FLOOD_OF), OUTSIDE]
            flood = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        try:
            before = daemon.cpu()
            net.run_for(FLOOD_FOR - 0.5)
            busy = (daemon.cpu() - before) / (FLOOD_FOR - 0.5)
            net.watching = False
            sent = int(flood.communicate(timeout=FLOOD_FOR)[0])
        finally:
            flood.kill()
            flood.wait()
        late = lateness(net.seen)
        for client in clients:
            client.alive = True
        net.run_for(10.0)
        _check(daemon, SESSIONS)
        status = daemon.control.status()
    name = (
        f"timers' greatest lateness under flood ({len(late)} L2TP repetitions, seen at the clients)"
    )
    return [
        at_most(name, max(late), "s", LATE),
        told("  in the middle", sorted(late)[len(late) // 2], "s"),
        told("  packets of the flood", sent / FLOOD_FOR, "packets/s"),
        told(
            "  of these dropped by the kernel, the queue being full",
            status.queue_drops / FLOOD_FOR,
            "packets/s",
        ),
        told("  CPU of the daemon meanwhile", 100 * busy, "%"),
    ]


def lateness(seen: list[Seen]) -> list[float]:
    """By how many seconds each repetition came after its time, client by client."""
    times: defaultdict[tuple[Endpoint, bytes], list[float]] = defaultdict(list)
    for when, datagram in seen:
        if datagram.source.port in (0, 4500) and datagram.payload[:4] != bytes(4):
            times[datagram.target, datagram.payload[:4]].append(when)
    found = []
    for each in times.values():
        gaps = [later - earlier for earlier, later in pairwise(each)]
        for gap, wait in zip(gaps, WAITS, strict=False):
            assert gap > wait - 0.05, f"not a repetition: {gaps}"
            found.append(gap - wait)
    if len(found) < SESSIONS:
        raise RuntimeError(f"only {len(found)} repetitions were seen")
    return found


def _clients(net: RealNet) -> list[L2tpIpsecClient]:
    """The server is served too, and nobody has dialled."""
    net.serve(InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0)))
    nats = [Nat(NATS[0])] * 10 + [Nat(NATS[1])] * 5
    clients = []
    for number, (_, psk, _) in enumerate(KEYS):
        nat = nats[number] if number < len(nats) else None
        host = DIRECT[number - len(nats)] if nat is None else f"192.168.1.{number + 2}"
        there, chance = host_bytes(OUTSIDE), seeded(number)
        client = L2tpIpsecClient(SAFENET_98, host_bytes(host), there, psk.encode(), chance)
        net.join(client, host, nat=nat)
        clients.append(client)
    return clients


def _dial(net: RealNet, clients: list[L2tpIpsecClient]) -> None:
    for client in clients:
        net.send(client.dial(now()))
    if not net.run_until(lambda: all(client.up for client in clients), 30.0):
        wrong = [
            (client.lac.heard, client.lac.ended, client.errors)
            for client in clients
            if not client.up
        ]
        raise RuntimeError(f"{len(wrong)} did not come up, such as {wrong[0]}")


def _chat(net: RealNet, clients: list[L2tpIpsecClient]) -> None:
    """Some data through every session, so that all memory is there that a used one takes."""
    for _ in range(50):
        for client in clients:
            net.send(client.send_data(0x21, bytes(1000)))
        net.run_for(0.02)
    net.run_for(0.5)


def _check(daemon: Running, sessions: int) -> None:
    up = [view for view in daemon.control.sessions() if view.state == "up"]
    if len(up) != sessions:
        raise RuntimeError(f"{len(up)} sessions are up:\n{daemon.log.read_text()[-3000:]}")


if __name__ == "__main__":
    for each in measure():
        print(each)
