"""strongSwan with an address of its own: no NAT is found, plain ESP."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"))
    return whole_road(lab, gateway, client)
