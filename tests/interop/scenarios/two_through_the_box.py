"""Two clients behind one NAT dial a real box (tests/image) and speak while its daemon stands."""

from pathlib import Path
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 240  # seconds
# The steps at which the test stops the daemon, which it tells by the file, and lets it go on.
UP, PINGED = "both are up", "all pings have had their time"
STOPPED = "two_through_the_box.stopped"
COUNT, INTERVAL = 20, 0.25


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(2)
    nat = lab.nat()
    clients = [lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat) for _ in range(2)]
    dials = [client.dial(patience=60) for client in clients]
    until(lambda: all(one.ping(count=1).received for one in clients), 20, "first answers")
    lab.step(UP)
    until(Path("/lab-out", STOPPED).exists, 120, "the test to have stopped the daemon")
    away = [
        Pinging(client.node, dial.server, COUNT, INTERVAL)
        for client, dial in zip(clients, dials, strict=True)
    ]
    back = [Pinging(lab.server, dial.address, COUNT, INTERVAL) for dial in dials]
    received = [pinging.finish().received for pinging in (*away, *back)]
    lab.step(PINGED)
    return {"received": received}
