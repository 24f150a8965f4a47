"""Two clients behind one NAT dial a real box (tests/image), and speak while its daemon stands
still, and while another takes its place."""

from pathlib import Path
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 600  # seconds
# The steps at which the test does something to the daemon. It tells by a file that it has done so.
STOP, GO_ON, KILL = "the daemon is to stand still", "it is to go on", "it is to be killed"
STEPS = (STOP, GO_ON, KILL)
COUNT, MORE, INTERVAL = 20, 120, 0.25  # pings of each way; while it is killed; seconds
TAIL = 8  # whose answers may be on their way when ping ends


def done(step: str) -> str:
    """The name of the file for a step."""
    return f"two_through_the_box.{STEPS.index(step)}"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(2)
    nat = lab.nat()
    clients = [lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat) for _ in range(2)]
    dials = [client.dial(patience=60) for client in clients]
    until(lambda: all(one.ping(count=1).received for one in clients), 20, "first answers")
    ways = [
        *((client.node, dial.server) for client, dial in zip(clients, dials, strict=True)),
        *((lab.server, dial.address) for dial in dials),
    ]
    _ask(lab, STOP)
    stopped = [_finish(each) for each in [Pinging(*way, COUNT, INTERVAL, True) for way in ways]]
    lab.step(f"while it stood still, answered and missed: {stopped}")
    _ask(lab, GO_ON)
    running = [Pinging(*way, MORE, INTERVAL, True) for way in ways]
    _ask(lab, KILL)
    killed = [_finish(each) for each in running]
    lab.step(f"while it was killed, answered and missed: {killed}")
    return {"stopped": stopped, "killed": killed}


def _ask(lab: Lab, step: str) -> None:
    lab.step(step)
    until(Path("/lab-out", done(step)).exists, 150, f"the test: {step}")


def _finish(pinging: Pinging) -> tuple[int, int]:
    """How many were answered; and how many never, although later ones were."""
    return pinging.finish().received, pinging.missed()
