"""The key between gateway and native server is wrong, then nobody is there: who hears what."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.gateway import configuration
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import PSK, Lab


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    wrong = native.routes(psk="not-the-servers-key")
    gateway = lab.gateway(route="old-w2k", routes=wrong)
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    lab.step("dialling with a wrong key inside")
    wrong_key = client.refused_dial()
    told_key = gateway.refusals()
    gateway.reload(configuration(PSK, route="old-w2k", routes=native.routes()))
    gateway.wait_for_log("loaded again")
    client.restart_l2tp()
    lab.step("dialling with the right one")
    up = client.dial()
    client.l2tp.hang_up()
    gateway.wait_for_sessions(0)
    server.kill()
    gateway.stop()
    gateway.start()
    client.start_over()
    lab.step("dialling a server that is switched off")
    away = client.refused_dial()
    return {
        "wrong_key": wrong_key.step,
        "told_key": told_key,
        "up": up.address,
        "away": away.step,
        "told_away": gateway.refusals(),
    }
