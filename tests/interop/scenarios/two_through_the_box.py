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
    stopped = _finish([Pinging(*way, COUNT, INTERVAL) for way in ways])
    lab.step(f"of {COUNT} each way {stopped} were answered while it stood still")
    _ask(lab, GO_ON)
    running = [Pinging(*way, MORE, INTERVAL) for way in ways]
    _ask(lab, KILL)
    killed = _finish(running)
    lab.step(f"of {MORE} each way {killed} were answered while it was killed")
    return {"stopped": stopped, "killed": killed}


def _ask(lab: Lab, step: str) -> None:
    lab.step(step)
    until(Path("/lab-out", done(step)).exists, 150, f"the test: {step}")


def _finish(all_of_them: list[Pinging]) -> list[int]:
    """How many were answered."""
    return [pinging.finish().received for pinging in all_of_them]
