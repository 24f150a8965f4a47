"""Two gateways with one address: a daemon dies, then a cable; each time the client dials again."""

import time
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.shared import Pair, redial
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 400  # seconds: for a machine that is five times as slow


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    pair = Pair(lab)
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    first = pair.holder
    assert first is not None
    dial = client.dial()
    before = client.ping().received
    load = Pinging(client.node, dial.server, count=3000, interval=0.05)
    until(lambda: pair.gateways[first].session()["frames_in"] > 30, 30, "the load to flow")

    lab.step("killing the daemon of the box that has the address")
    began = time.monotonic()
    pair.gateways[first].kill()
    until(lambda: pair.holder == 1 - first, 90, "the address to move")
    moved = round(time.monotonic() - began, 1)
    load.stop()
    lab.step(f"the address has moved after {moved} s; the client dials again")
    dialled = redial(client)
    after_daemon = client.ping().received

    lab.step("the daemon is there again: nobody takes the address back")
    pair.gateways[first].start()
    until(lambda: "Entering BACKUP STATE" in _last(pair, first), 90, "it to stand by again")
    still = client.ping().received
    stayed = pair.holder == 1 - first

    lab.step("pulling the cable of the box that has the address")
    began = time.monotonic()
    pair.gateways[1 - first].node.ip("link set eth0 down")
    until(lambda: pair.boxes[first].has_it, 90, "the address to move back")
    moved_back = round(time.monotonic() - began, 1)
    lab.step(f"the address has moved after {moved_back} s; the client dials again")
    redialled = redial(client)
    return {
        "before": before,
        "after_daemon": after_daemon,
        "stayed": stayed,
        "still": still,
        "after_cable": client.ping().received,
        "seconds": {
            "daemon_dead_until_moved": moved,
            "dial": dialled,
            "cable_out_until_moved": moved_back,
            "second_dial": redialled,
        },
    }


def _last(pair: Pair, number: int) -> str:
    """What keepalived has said last of all about its state."""
    lines = pair.boxes[number].node.log("keepalived").splitlines()
    return [line for line in lines if "STATE" in line][-1]
