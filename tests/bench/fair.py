"""What a flood costs those who are connected, and who dials meanwhile: the real daemon.

    python -m tests.bench.fair        (root; half a minute)

A frame goes each way every 20 ms while a stranger floods, first with first messages of IKE, then
with ESP that nobody has the keys of; a second machine dials in between. A frame each way is all
that one processor can play beside a flood, so the share of them that arrives is what counts.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.wire.ipv4 import host_bytes
from tests.bench.figures import Figure, at_least, told
from tests.bench.managed import PSK, ROOT, Managed, managed_daemon
from tests.bench.real_net import now
from tests.bench.running import NATS, OUTSIDE, Place
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

FLOODED_FOR, FLOOD_OF = 6.0, 2_000_000  # seconds, packets: whichever ends first
DIALS_FOR: Final = 30.0  # seconds after which a dial is given up
GOAL: Final = 99.0  # percent


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("What a flood costs is not measured: namespaces need root.")
        return []
    return [*_under("ike", "first messages of IKE"), *_under("esp", "ESP of nobody")]


def _under(kind: str, what: str) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="postern-bench-") as folder,
        managed_daemon(Path(folder)) as managed,
    ):
        with _flood(managed.place, kind) as flood:
            managed.chat(FLOODED_FOR - 1.0)
            end = now() + FLOODED_FOR
            sent = int(flood.communicate(timeout=2 * FLOODED_FOR)[0]) / FLOODED_FOR
            assert now() < end
        managed.net.run_for(1.0)
        shares = [100 * len(set(seen)) / len(managed.sent) for seen in managed.arrived()]
        with _flood(managed.place, kind):
            took = _dial(managed)
    return [
        at_least(f"data that arrives under a flood of {what}", min(shares), "%", GOAL),
        told("  packets of the flood", sent, "packets/s"),
        told("  a dial meanwhile, until PPP may begin", took, "s"),
    ]


def _dial(managed: Managed) -> float:
    """Of another machine with the same key, behind another NAT; seconds."""
    here, there = host_bytes("192.168.2.2"), host_bytes(OUTSIDE)
    other = L2tpIpsecClient(SAFENET_98, here, there, PSK.encode(), seeded(8))
    managed.net.join(other, "192.168.2.2", nat=Nat(NATS[1]))
    begun = now()
    managed.net.send(other.dial(begun))
    managed.net.run_until(lambda: other.up, DIALS_FOR)
    return now() - begun


@contextmanager
def _flood(place: Place, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.bench.flood"]
    command += [str(FLOODED_FOR), str(FLOOD_OF), OUTSIDE, kind]
    with place.clients:
        flood = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert flood.stdout is not None
        flood.stdout.readline()  # it has begun
        yield flood
    finally:
        flood.kill()
        flood.wait()


if __name__ == "__main__":
    for figure in measure():
        print(figure)
