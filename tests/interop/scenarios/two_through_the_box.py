"""Two clients behind one NAT dial a real box (tests/image), and speak while its daemon stands
still, and while another takes its place.

In emulation another daemon may need more than a minute, in which each client asks once whether the
gateway is there. A client of its usual patience would have hung up by then, as it should.
"""

import time
from pathlib import Path
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import Node, until

LONGEST = 600  # seconds
# The steps at which the test does something to the daemon. It tells by a file that it has done so.
STOP, GO_ON, KILL = "the daemon is to stand still", "it is to go on", "it is to be killed"
LOOK = "it is to be looked at"
STEPS = (STOP, GO_ON, KILL, LOOK)
COUNT, INTERVAL = 20, 0.25  # pings of each way in one go; seconds
PATIENCE = 150.0  # seconds for what the test does


def done(step: str) -> str:
    """The name of the file for a step."""
    return f"two_through_the_box.{STEPS.index(step)}"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(2)
    nat = lab.nat()
    clients = [lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat) for _ in range(2)]
    for client in clients:
        client.l2tp.be_patient()
    dials = [client.dial(patience=60) for client in clients]
    marks = [len(client.node.log("xl2tpd")) for client in clients]
    until(lambda: all(one.ping(count=1).received for one in clients), 20, "first answers")
    ways = [
        *((client.node, dial.server) for client, dial in zip(clients, dials, strict=True)),
        *((lab.server, dial.address) for dial in dials),
    ]
    _ask(lab, STOP)
    stopped = _speak(ways)
    lab.step(f"of {COUNT} each way {stopped} were answered while it stood still")
    _ask(lab, GO_ON)
    killed = _speak_during(lab, KILL, ways)
    lab.step(f"of {COUNT} each way {killed} were answered while it was killed, and afterwards")
    _ask(lab, LOOK)
    return {
        "stopped": stopped,
        "killed": killed,
        "hung_up": [client.l2tp.ended(mark) for client, mark in zip(clients, marks, strict=True)],
    }


def _ask(lab: Lab, step: str) -> None:
    lab.step(step)
    until(lambda: _is_done(step), PATIENCE, f"the test: {step}")


def _is_done(step: str) -> bool:
    return Path("/lab-out", done(step)).exists()


def _speak_during(lab: Lab, step: str, ways: list[tuple[Node, str]]) -> list[list[int]]:
    """Again and again until it is done, and once more after that."""
    lab.step(step)
    end = time.monotonic() + PATIENCE
    found, is_over = [], False
    while not is_over:
        is_over = _is_done(step)
        if time.monotonic() > end:
            raise TimeoutError(f"the test: {step}: not within {PATIENCE:g} s")
        found.append(_speak(ways))
    return found


def _speak(ways: list[tuple[Node, str]]) -> list[int]:
    """How many were answered."""
    running = [Pinging(*way, COUNT, INTERVAL) for way in ways]
    return [pinging.finish().received for pinging in running]
