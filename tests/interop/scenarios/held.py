"""A client behind a NAT dials a real box and stays until it is let go; then its power is cut.

`tests/image/dialling.py` says by files among the lab's logs what it dials, and when it is over.
"""

import json
import os
from pathlib import Path
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 900  # seconds: an emulated box is brought an update meanwhile
HELD = "held.json"  # psk, dialled, user
LET_GO = "held.over"
UP = "the link is up, and stays"


def run(lab: Lab) -> dict[str, Any]:
    told = json.loads(Path("/lab-out", HELD).read_text())
    lab.world.dialled = told["dialled"]
    lab.pptpd()
    profile = Profile("3des-sha1-modp1024", psk=told["psk"])
    client = lab.strongswan(profile, behind=lab.nat(), user=told["user"])
    lab.step(f"{told['user']} dials {told['dialled']}")
    dial = client.dial(patience=60)
    lab.step(f"{UP}, after {dial.milliseconds} ms as {dial.address}")
    until(lambda: LET_GO in os.listdir("/lab-out"), LONGEST, "to be let go")
    lab.step("its power is cut")
    client.vanish()
    return {}
