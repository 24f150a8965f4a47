"""The lab itself: strongSwan dials the stand-in, behind a NAT and not."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    profile = Profile(ike="3des-sha1-modp1024")
    lab.stand_in(profile)
    facts = {}
    for name, nat in (("behind_nat", lab.nat()), ("direct", None)):
        client = lab.strongswan(profile, behind=nat)
        dial = client.dial()
        lab.step(f"up after {dial.milliseconds} ms")
        facts[name] = {
            "dial_ms": dial.milliseconds,
            "received": client.ping().received,
            "encapsulation": client.encapsulation(),
        }
        client.hang_up()
    return facts
