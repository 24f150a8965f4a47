"""The lab itself: pptp-linux calls pptpd from the gateway's place, without our gateway."""

from typing import Any

from tests.interop.lab import pptp
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    link = pptp.dial(lab.world.gateway, SERVER, "operator", USERS["operator"])
    lab.step("the link is up")
    return {"remote": link.remote, "received": ping(lab.world.gateway, ADDRESS).received}
