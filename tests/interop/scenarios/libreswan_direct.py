"""libreswan with an address of its own, without NAT traversal: plain ESP."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.libreswan(Profile(nat_t="none"))
    return whole_road(lab, gateway, client)
