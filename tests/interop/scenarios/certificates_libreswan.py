"""libreswan behind a NAT with a certificate of ours, imported by NSS; it cuts its messages."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway, authority = lab.certified_gateway("press-3")
    profile = Profile(nat_t="drafts", fragment_size=576)
    client = lab.libreswan(profile, behind=lab.nat(), bundle=authority.issue("press-3"))
    return whole_road(lab, gateway, client) | {"log": client.node.log("pluto")}
