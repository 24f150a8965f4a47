"""A PPTP server is killed under load; it comes back, and the client dials again."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd()
    gateway = lab.gateway()
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    dial = client.dial()
    load = Pinging(client.node, dial.server, count=2000, interval=0.03)
    until(lambda: gateway.session()["frames_in"] > 50, 20, "the load to flow")
    lab.step("killing the server")
    server.stop()
    server.start()
    gateway.wait_for_sessions(0, 30)
    client_told = until(lambda: client.link() is None, 10)
    load.stop()
    client.start_over()
    lab.step("dialling again")
    client.dial()
    return {
        "client_told": client_told,
        "received": client.ping().received,
        "account": [line["text"] for line in gateway.account(1)],
    }
