"""strongSwan, RFC 3947, the suite of Windows, behind a NAT."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    return whole_road(lab, gateway, client)
