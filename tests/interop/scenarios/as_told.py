"""A client behind a NAT dials a real box with the key that it is told, and tries what it may reach.

`tests/image/dialling.py` says it by the file TOLD among the lab's logs.
"""

import json
import os
import socket
from pathlib import Path
from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 180  # seconds: an emulated box is looked at meanwhile
TOLD = "as_told.json"  # psk, dialled, user, pings
LOOKED = "as_told.looked"  # is there once the box has been looked at
UP = "the link is up"
SHARES, ELSEWHERE = 139, 8139  # ports of the server; the second is in nobody's `reach`
LATE = 0.5  # seconds that an emulated box may take for one answer
ANSWER, NONE = 60.0, 5.0  # seconds for a connection that is to come, and for one that is not


def run(lab: Lab) -> dict[str, Any]:
    told = json.loads(Path("/lab-out", TOLD).read_text())
    lab.world.dialled = told["dialled"]
    lab.pptpd()
    listening = [_listen(lab, port) for port in (SHARES, ELSEWHERE)]
    profile = Profile("3des-sha1-modp1024", psk=told["psk"])
    client = lab.strongswan(profile, behind=lab.nat(), user=told["user"])
    lab.step(f"{told['user']} dials {told['dialled']}")
    dial = client.dial(patience=60)
    link = client.link()
    if link is None:
        raise RuntimeError("the link went down at once")
    client.node.ip(f"route add {lab.server.address}/32 dev {link.interface}")
    lab.step(f"{UP} after {dial.milliseconds} ms as {dial.address}")
    reached = [_reaches(client, lab.server.address, SHARES, ANSWER)]
    reached.append(_reaches(client, lab.server.address, ELSEWHERE, NONE))
    pings = told["pings"]
    received = pings and ping(client.node, lab.server.address, pings, LATE).received
    until(lambda: LOOKED in os.listdir("/lab-out"), LONGEST, "the box to be looked at")
    lab.step("hanging up")
    client.hang_up()
    for one in listening:
        one.close()
    return {
        "dial_ms": dial.milliseconds,
        "address": dial.address,
        "reached": reached,
        "received": received,
    }


def _listen(lab: Lab, port: int) -> socket.socket:
    """At the server inside, by its own address alone."""
    with lab.server.spaces:
        return socket.create_server((lab.server.address, port))


def _reaches(client: OldClient, address: str, port: int, seconds: float) -> bool:
    with client.node.spaces:
        try:
            socket.create_connection((address, port), seconds).close()
        except OSError:
            return False
    return True
