"""The same where PPP ends at our gateway, too, and the kernel carries into the LAN."""

from typing import Any

from tests.interop.lab.stage import Lab
from tests.interop.lab.traffic import Traffic, into_the_lan

ROUNDS = 2
LONGEST = 720  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Traffic(lab, into_the_lan, softethers=False).by_turns(ROUNDS)
