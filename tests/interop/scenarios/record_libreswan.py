"""The owner records how libreswan dials."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import recording
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    return recording(lab, gateway, client)
