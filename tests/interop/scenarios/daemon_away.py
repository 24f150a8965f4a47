"""Two clients behind one NAT ask whether the gateway is there, while there is no daemon.

xl2tpd asks a minute after its tunnel was opened, by a HELLO: at once, after 1, 3, 7 and 15 s. After
31 s without an answer it hangs up.
"""

import time
from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 300
QUIET = 45.0  # seconds in which whatever belongs to a dial has passed, and nobody asks yet
ASKS = 70.0  # seconds within which each of them has asked
# Seconds from the first question until there is a daemon again. What the kernel has taken in waits
# for it, so no question needs to follow; else one of the later ones has to find it.
ABSENCE = {"kernel": 16.0, "user": 2.0}


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(2)
    gateway = lab.managed_gateway()
    nat = lab.nat()
    clients = [lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat) for _ in range(2)]
    for client in clients:
        client.dial(patience=60)
    carrier = lab.carrier or "user"
    until(lambda: _carriers(gateway.sessions()) == [carrier] * 2, 20, f"{carrier} to carry them")
    before = gateway.sessions()
    lab.step("nobody speaks")
    time.sleep(QUIET)
    counts = [client.esp_packets() for client in clients]
    lab.step("there is no daemon until one of them has asked for it")
    with gateway.away():
        until(lambda: any(_sent(clients, counts)), ASKS, "a question")
        time.sleep(ABSENCE[carrier])
        asked = _sent(clients, counts)
    until(lambda: all(_sent(clients, counts)), ASKS, "the question of the other")
    lab.step(f"it is there again; {asked} packets were sent while there was none")
    answered = [client.ping(10).received for client in clients]
    after = gateway.sessions()
    marks = [len(client.node.log("xl2tpd")) for client in clients]
    lab.step("there is no daemon until both have given it up")
    with gateway.away():
        until(lambda: _have_hung_up(clients, marks), ASKS + 40, "both to hang up")
    # The last word of a client whose questions were lost comes out of order, and is not heard.
    gateway.wait_for_sessions(0, 100)
    return {
        "carriers": [_carriers(before), _carriers(after)],
        "ids": [[one["id"] for one in sessions] for sessions in (before, after)],
        "asked": max(asked),
        "answered": answered,
        "log": [line for line in gateway.log().splitlines() if "session has ended" in line],
    }


def _carriers(sessions: list[dict[str, Any]]) -> list[str]:
    return [one["carrier"] for one in sessions]


def _have_hung_up(clients: list[OldClient], marks: list[int]) -> bool:
    return all(client.l2tp.ended(mark) for client, mark in zip(clients, marks, strict=True))


def _sent(clients: list[OldClient], counts: list[int]) -> list[int]:
    """How many packets of each have passed since these counts; who has nothing to say asks."""
    return [client.esp_packets() - count for client, count in zip(clients, counts, strict=True)]
