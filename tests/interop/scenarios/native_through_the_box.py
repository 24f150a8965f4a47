"""A client behind a NAT dials a real box (tests/image), which carries it to a native server."""

import time
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.scenarios.two_through_the_box import COUNT, INTERVAL

LONGEST = 300
LOOK = "it is to be looked at"
CARRIED_BY = 5.0  # seconds after which it is the kernel's, even in emulation


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    dial = client.dial(patience=60)
    client.ping(count=1)
    time.sleep(CARRIED_BY)
    ways = (client.node, dial.server), (lab.server, dial.address)
    running = [Pinging(*way, COUNT, INTERVAL) for way in ways]
    received = [pinging.finish().received for pinging in running]
    lab.step(LOOK)
    time.sleep(2 * CARRIED_BY)  # the box tells what it has counted
    return {"received": received, "tunnels": server.tunnels()}
