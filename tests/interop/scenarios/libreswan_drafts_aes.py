"""libreswan, NAT-T drafts alone, AES, behind a NAT."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.libreswan(
        Profile("aes128-sha1-modp1536", "aes256-sha1", nat_t="drafts"), behind=lab.nat()
    )
    return whole_road(lab, gateway, client)
