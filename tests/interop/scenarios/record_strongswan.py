"""The owner records how strongSwan dials."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import recording
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    return recording(lab, gateway, client)
