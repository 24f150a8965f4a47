"""The client's power fails: the gateway notices, tells the server, and lets it dial again."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd()
    gateway = lab.gateway(limits="dpd_seconds = 1\ndpd_tries = 2\nhello_seconds = 1")
    nat = lab.nat()
    client = lab.libreswan(Profile(nat_t="drafts"), behind=nat)
    client.dial()
    lab.step("the client vanishes")
    client.vanish()
    gateway.wait_for_sessions(0, seconds=30)
    lab.step("the gateway has noticed")
    until(lambda: not server.node.processes("pppd"), 10, "the server's end of the call to end")
    account = gateway.account(1)
    lab.step("another client dials")
    again = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)
    again.dial()
    return {
        "account": [line["text"] for line in account],
        "received_by_the_next": again.ping().received,
        "sessions": len(gateway.sessions()),
    }
