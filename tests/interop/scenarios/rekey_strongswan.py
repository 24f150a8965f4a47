"""strongSwan renews phase 2, then phase 1, while a ping runs both ways."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import rekeyed_under_traffic
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    return rekeyed_under_traffic(lab, gateway, client)
