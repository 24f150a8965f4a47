"""The gateway is stopped in an orderly way, then killed; each time its client dials again."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import OUTSIDE
from tests.interop.lab.udp import reaction
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)
    client.dial()
    lab.step("stopping the gateway")
    gateway.stop()
    client_told = until(lambda: client.link() is None, 10)
    server_told = until(lambda: not server.node.processes("pppd"), 10)
    while_stopped = [reaction(nat.node, OUTSIDE, port) for port in (500, 4500, 1701)]
    gateway.start()
    lab.step("dialling after the stop")
    client.start_over()
    client.dial()
    after_stop = client.ping().received
    lab.step("killing the gateway")
    gateway.kill()
    while_killed = [reaction(nat.node, OUTSIDE, port) for port in (500, 4500, 1701)]
    gateway.start()
    lab.step("dialling after the kill")
    client.start_over()
    client.dial()
    return {
        "client_told": client_told,
        "server_told": server_told,
        "while_stopped": while_stopped,
        "after_stop": after_stop,
        "while_killed": while_killed,
        "after_kill": client.ping().received,
        "sessions": len(gateway.sessions()),
        "rules_ok": gateway.ask("status")["rules_ok"],
    }
