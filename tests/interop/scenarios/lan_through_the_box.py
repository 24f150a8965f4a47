"""A client behind a NAT dials a real box (tests/image), where PPP ends, and reaches the LAN."""

import time
from typing import Any

from tests.interop.lab import lan
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER
from tests.interop.scenarios.native_through_the_box import CARRIED_BY, LOOK
from tests.interop.scenarios.two_through_the_box import COUNT, INTERVAL

LONGEST = 300


def run(lab: Lab) -> dict[str, Any]:
    client = lan.routed(lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat()))
    dial = client.dial(patience=60)
    ping(client.node, SERVER, count=1)
    time.sleep(CARRIED_BY)
    ways = (client.node, SERVER), (lab.server, dial.address)
    running = [Pinging(*way, COUNT, INTERVAL) for way in ways]
    received = [pinging.finish().received for pinging in running]
    lab.step(LOOK)
    time.sleep(2 * CARRIED_BY)  # the box tells what it has counted
    client.hang_up()
    return {"received": received}
