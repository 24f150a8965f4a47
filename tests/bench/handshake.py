"""What a dial costs the gateway: CPU time inside its doors, everything else is the peers' own.

    python -m tests.bench.handshake

The figure is the median of many dials, each of a new client.
"""

from dataclasses import replace
from statistics import median
from typing import Final

from gateway.control.limits import MOST_CANDIDATES
from gateway.ike.trials import KEYS_PER_SECOND
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.figures import Figure, at_most, told
from tests.bench.timed import Timed
from tests.pair.gateway_world import NAT, OUTSIDE, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_guesser import Guesser
from tests.pair.peers.ike_profiles import (
    ESP_3DES_SHA,
    ESP_AES128_SHA,
    SAFENET_98,
    TRIPLE_SHA_1024,
    Profile,
)
from tests.pair.peers.isakmp import Suite

DIALS: Final = 40
GUESSES: Final = 20  # each from an address of its own, within every budget
GOAL: Final = 3.0  # milliseconds: main mode and quick mode
SUITES: Final = {
    "3des-sha1-modp1024": replace(SAFENET_98, suites=(TRIPLE_SHA_1024,), esp=(ESP_3DES_SHA,)),
    "aes128-sha1-modp2048": replace(
        SAFENET_98, suites=(Suite(7, 128, 2, 14),), esp=(ESP_AES128_SHA,)
    ),
}


def measure() -> list[Figure]:
    figures = []
    for suite, profile in SUITES.items():
        name = f"handshake, main and quick mode, {suite}"
        value = median(dial(profile, suite, whole=False) for _ in range(DIALS))
        with_goal = suite.endswith("modp1024")
        figures.append(
            at_most(name, value, "ms CPU", GOAL) if with_goal else told(name, value, "ms CPU")
        )
        value = median(dial(profile, suite, whole=True) for _ in range(DIALS))
        figures.append(told(f"  whole dial until PPP is up, {suite}", value, "ms CPU"))
    for keys in (1, MOST_CANDIDATES):
        name = f"a guess, main mode up to a key that fits none of {keys}"
        figures.append(told(name, guess(keys), "ms CPU"))
    per_key = (figures[-1].value - figures[-2].value) / (MOST_CANDIDATES - 1)
    share = 100 * KEYS_PER_SECOND * per_key / 1000
    figures.append(at_most("guesses from everywhere at their budget", share, "% of a core", 25.0))
    return figures


def guess(keys: int) -> float:
    """Milliseconds one guess takes where so many keys may be used; the median of several."""
    entries = [client_entry(f"pc-{number}", f"key number {number}") for number in range(keys)]
    world = meet(*entries)
    core = Timed(configure(*entries), seeded(1), world.net.now)
    world.gateway.stand_in(core)
    here = Endpoint(host_bytes(OUTSIDE), 500)
    guesser = Guesser(world.gateway.receive, here, seeded(2))
    found = []
    for number in range(GUESSES):
        before = core.spent
        guesser.guess(Endpoint(bytes((198, 18, 0, number + 1)), 500), world.net.now)
        found.append(1000 * (core.spent - before))
    assert core.counters()["ike_key tried in vain"] == keys * GUESSES
    return median(found)


def dial(profile: Profile, suite: str, *, whole: bool) -> float:
    """Milliseconds one dial takes the gateway: all of it, or IKE alone."""
    entry = client_entry(ike=(suite,))
    world = meet(entry)
    core = Timed(configure(entry), seeded(1), world.net.now)
    world.gateway.stand_in(core)
    client = world.join(profile, nat=Nat(NAT))
    client.dials_l2tp = whole
    world.dial(client, 5.0)
    assert client.up is whole
    assert client.ike.up
    return 1000 * core.spent


if __name__ == "__main__":
    for each in measure():
        print(each)
