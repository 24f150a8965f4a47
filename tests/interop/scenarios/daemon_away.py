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
    lab.step("there is no daemon until one of them has asked for it")
    with gateway.away():
        counts = [client.esp_packets() for client in clients]
        until(lambda: _asked(clients, counts) > 0, ASKS, "a question")
        time.sleep(ABSENCE[carrier])
        asked = _asked(clients, counts)
    until(lambda: _asked(clients, counts) == 2, ASKS, "the question of the other")
    lab.step(f"it is there again, after questions of {asked}")
    answered = [client.ping(10).received for client in clients]
    after = gateway.sessions()
    marks = [len(client.node.log("xl2tpd")) for client in clients]
    lab.step("there is no daemon until both have given it up")
    with gateway.away():
        until(lambda: _have_hung_up(clients, marks), ASKS + 40, "both to hang up")
    gateway.wait_for_sessions(0)
    return {
        "carriers": [_carriers(before), _carriers(after)],
        "ids": [[one["id"] for one in sessions] for sessions in (before, after)],
        "answered": answered,
        "log": [line for line in gateway.log().splitlines() if "hung up" in line],
    }


def _carriers(sessions: list[dict[str, Any]]) -> list[str]:
    return [one["carrier"] for one in sessions]


def _have_hung_up(clients: list[OldClient], marks: list[int]) -> bool:
    return all(client.l2tp.ended(mark) for client, mark in zip(clients, marks, strict=True))


def _asked(clients: list[OldClient], counts: list[int]) -> int:
    """How many have sent something; nobody speaks unless he wants to know."""
    return sum(client.esp_packets() > count for client, count in zip(clients, counts, strict=True))
