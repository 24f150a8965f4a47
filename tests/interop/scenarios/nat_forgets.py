"""The NAT forgets its mappings: the client's next packet moves the session to the new port."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)
    dial = client.dial()
    before = gateway.session()
    lab.step("the NAT forgets")
    nat.forget()
    up = client.ping(count=10)
    after = gateway.session()
    return {
        "before": before["peer"],
        "after": after["peer"],
        "same_session": before["id"] == after["id"],
        "up_received": up.received,
        "down_received": ping(lab.server, dial.address, count=5).received,
    }
