"""The inside server does not run, then has no line free: the client is told, and the owner too."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd(connections=1)
    server.stop()
    gateway = lab.gateway()
    nat = lab.nat()
    first = lab.libreswan(Profile(nat_t="drafts"), behind=nat)
    lab.step("dialling a server that does not run")
    down = first.refused_dial()
    told_down = gateway.refusals()
    server.start()
    first.restart_l2tp()
    lab.step("dialling it now that it runs")
    up = first.dial()
    second = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat, user="second")
    lab.step("dialling a server that has no line free")
    busy = second.refused_dial()
    return {
        "down": down.step,
        "told_down": told_down,
        "up": up.address,
        "busy": busy.step,
        "told_busy": gateway.refusals(),
        "first_still_answers": first.ping().received,
    }
